package io.quorate.engine.transport.netty;

import io.quorate.core.quorum.MemberId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Those who were cut off: nothing is heard of them for a while, by whatever connection they come and whether or not they are members. Thread-safe.
 *
 * <p>They are known by their ids, and not by their connections: one that nobody knows yet would be let in as somebody new.
 */
final class Bars {

    /** It costs one that is suspected wrongly no more than a short outage. */
    private static final Duration TIME = Duration.ofSeconds(5);

    /** Guests may make ids up. */
    private static final int MOST = 1024;

    private final LongSupplier nanoTime;

    /** When each may come again. Replaced as a whole, so that to look costs next to nothing. */
    private volatile Map<MemberId, Long> ends = Map.of();

    Bars(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Begins to bar somebody; who is barred already is not barred for longer. */
    synchronized void bar(MemberId id) {
        if (isBarred(id)) {
            return;
        }
        long now = nanoTime.getAsLong();
        Map<MemberId, Long> after = new HashMap<>(ends);
        after.values().removeIf(end -> end - now <= 0);
        if (after.size() >= MOST) {
            after.entrySet().stream()
                    .min((one, other) -> Long.signum(one.getValue() - other.getValue()))
                    .ifPresent(first -> after.remove(first.getKey()));
        }
        after.put(id, now + TIME.toNanos());
        ends = Map.copyOf(after);
    }

    boolean isBarred(MemberId id) {
        Long end = ends.get(id);
        return end != null && end - nanoTime.getAsLong() > 0;
    }
}
