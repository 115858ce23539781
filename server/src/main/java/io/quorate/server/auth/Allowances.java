package io.quorate.server.auth;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How much each of many may still spend: some at once, and what was spent comes back at a rate. Not thread-safe.
 *
 * <p>Of each it is remembered when all will have come back, until then, and of a bounded number at most: whoever has spent nothing takes no
 * room. If there are more, those who have not spent for longest are forgotten.
 *
 * @param <K> who spends
 */
final class Allowances<K> {

    private final int atOnce;
    private final long intervalNanos;
    private final int most;

    /** When all will have come back; who spent last stands last. */
    private final Map<K, Long> wholeAt = new LinkedHashMap<>();

    /**
     * @param atOnce how much one may spend at once
     * @param interval after which one more comes back
     * @param most of how many it is remembered
     */
    Allowances(int atOnce, Duration interval, int most) {
        this.atOnce = atOnce;
        this.intervalNanos = interval.toNanos();
        this.most = most;
    }

    /** How long it takes until there is something to spend, in nanoseconds; 0 if there is. */
    long nanosUntilAny(K who, long now) {
        return Math.max(0, nanosUntilWhole(who, now) - (atOnce - 1) * intervalNanos);
    }

    /** How long it takes until all has come back, in nanoseconds; 0 if nothing is missing. */
    long nanosUntilWhole(K who, long now) {
        Long whole = wholeAt.get(who);
        return whole == null ? 0 : Math.max(0, whole - now);
    }

    /** Spends one; nothing if there is none. */
    void spend(K who, long now) {
        long missing = Math.min(nanosUntilWhole(who, now) + intervalNanos, atOnce * intervalNanos);
        wholeAt.remove(who);
        forgetWhole(now);
        if (wholeAt.size() >= most) {
            wholeAt.remove(first());
        }
        wholeAt.put(who, now + missing);
    }

    /** Those who come first have spent longest ago, so most of those to whom all has come back are found. */
    private void forgetWhole(long now) {
        while (!wholeAt.isEmpty() && nanosUntilWhole(first(), now) == 0) {
            wholeAt.remove(first());
        }
    }

    private K first() {
        return wholeAt.keySet().iterator().next();
    }

    /** How many are remembered. */
    int size() {
        return wholeAt.size();
    }
}
