package io.quorate.kv;

/**
 * The time by which leases run out: what the member was seen to live through, tick by tick. Not thread-safe.
 *
 * <p>A tick counts at most {@link #MAX_STEP_NANOS}, and never less than nothing. So a process that was paused makes leases
 * last longer, and never shorter: their holders may have been kept from renewing them by just that. A clock that leaps forward,
 * as a monotonic one should not, takes no more than such a step away. A clock that leaps back stops leases for one tick. A clock that runs too fast by a part of its rate makes them
 * shorter by the same part; {@link LeaseOptions#clockDriftBound} is what makes up for that.
 */
final class LeaseClock {
    static final long MAX_STEP_NANOS = 500_000_000L;

    private long last;
    private long elapsed;

    /** @param nanoTime what the member's clock shows now; its zero does not matter */
    LeaseClock(long nanoTime) {
        this.last = nanoTime;
    }

    /** Tells what the member's clock shows now; answers the nanoseconds that have counted since the beginning. */
    long advance(long nanoTime) {
        elapsed += Math.clamp(nanoTime - last, 0, MAX_STEP_NANOS);
        last = nanoTime;
        return elapsed;
    }
}
