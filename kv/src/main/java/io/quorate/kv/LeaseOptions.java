package io.quorate.kv;

import java.time.Duration;

/**
 * How leases are kept; the same on all members, or else a change of leader changes it.
 *
 * @param clockDriftBound by what part of its rate a member's clock may run too fast without a lease ending before its time;
 *     leases last longer by this part on a clock that is right. 0 is what etcd does
 * @param checkpointInterval after what time without a renewal it is replicated how much of a lease is left
 * @param maxExpiriesPerTick the most leases that are ended in one tick: the rest waits, so that many that end together do
 *     not keep the log from everything else
 * @param retryInterval after what time an expiry is proposed again whose outcome is not known
 */
public record LeaseOptions(
        double clockDriftBound, Duration checkpointInterval, int maxExpiriesPerTick, Duration retryInterval) {
    /** As etcd: no allowance for drift, a checkpoint every five minutes, 1,000 expiries a second at ten ticks a second. */
    public static final LeaseOptions DEFAULT =
            new LeaseOptions(0, Duration.ofMinutes(5), 100, Duration.ofSeconds(5));

    public LeaseOptions {
        if (!(clockDriftBound >= 0 && clockDriftBound < 1)) {
            throw new IllegalArgumentException("a drift of " + clockDriftBound + " is no part of a clock's rate");
        }
        if (checkpointInterval.toSeconds() < 1 || maxExpiriesPerTick < 1 || retryInterval.toMillis() < 1) {
            throw new IllegalArgumentException("an interval or a number is too small: " + checkpointInterval + ", "
                    + maxExpiriesPerTick + ", " + retryInterval);
        }
    }
}
