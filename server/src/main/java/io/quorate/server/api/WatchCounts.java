package io.quorate.server.api;

import io.quorate.server.wire.Limit;
import io.quorate.server.wire.LimitListener;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How many watches each client's connection has, and all together, and the bounds on that: a watch costs memory that the client does not pay
 * for. One with a long key counts as several. Thread-safe.
 *
 * @param <C> stands for a connection
 */
final class WatchCounts<C> {

    /** What a watch costs without its key, and what of a key counts as one more. */
    private static final int BYTES_OF_ONE = 1024;

    private final int mostOfOne;
    private final int mostInTotal;
    private final LimitListener limits;

    // ---- Guarded by this.
    private final Map<C, Integer> counts = new HashMap<>();
    private long total;

    WatchCounts(int mostOfOne, int mostInTotal, LimitListener limits) {
        this.mostOfOne = mostOfOne;
        this.mostInTotal = mostInTotal;
        this.limits = limits;
    }

    /** As how many a watch counts on a range of that many bytes. */
    static int weight(int keyBytes) {
        return 1 + keyBytes / BYTES_OF_ONE;
    }

    /** Counts so many more, unless that is too many; then it tells why, as the client is told. */
    Optional<String> take(C connection, int weight) {
        Optional<String> refusal = takeUnlessFull(connection, weight);
        refusal.ifPresent(why -> limits.exceeded(Limit.WATCHES, "refused a watch of " + connection + ": " + why));
        return refusal;
    }

    private synchronized Optional<String> takeUnlessFull(C connection, int weight) {
        int own = counts.getOrDefault(connection, 0);
        if (own + weight > mostOfOne) {
            return Optional.of("etcdserver: too many watches on one connection, at most " + mostOfOne);
        }
        if (total + weight > mostInTotal) {
            return Optional.of("etcdserver: too many watches at this member, at most " + mostInTotal);
        }
        counts.put(connection, own + weight);
        total += weight;
        return Optional.empty();
    }

    /** So many are over. */
    synchronized void giveBack(C connection, int weight) {
        if (weight > 0) {
            total -= weight;
            var unused = counts.computeIfPresent(connection, (key, count) -> count > weight ? count - weight : null);
        }
    }

    /** The connections that have a watch. */
    synchronized int connections() {
        return counts.size();
    }
}
