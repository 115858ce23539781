package io.quorate.engine;

import java.util.OptionalLong;

/**
 * Tells from how one other member has been heard so far which silence of it is suspicious: the phi accrual failure detector
 * (Hayashibara et al., "The phi accrual failure detector", SRDS 2004).
 *
 * <p>It keeps a window of the gaps between arrivals, and takes them to be normally distributed. Phi grows with the silence:
 * at phi = n one suspicion in 10^n gaps is wrong. Where the paper gives phi for a silence, this gives the silence for a phi, as
 * an election timeout needs it. Delays have longer tails than a normal distribution, so it is twice the longest gap of the
 * window at least.
 *
 * <p>A leader under load is heard a thousand times a second, which says nothing about how long its network can be silent. So of all gaps
 * in half a heartbeat's time the longest counts, so that a window is half as long with load as without, and not shorter.
 */
final class FailureDetector {

    /** So many gaps are kept: with ten heartbeats a second, those of the last hundred seconds, or fifty with load. */
    private static final int WINDOW = 1_000;

    /** With fewer gaps than this nothing is said: two seconds' worth of heartbeats. */
    private static final int MIN_GAPS = 20;

    /** How many standard deviations above the mean one in 10^8 of a normal distribution is: phi = 8. */
    private static final double DEVIATIONS_AT_PHI_8 = 5.61;

    private final long heartbeatNanos;
    private final long[] gaps = new long[WINDOW];
    private int count;
    private int next;
    private boolean heardBefore;
    private long lastNanos;
    private long periodBeganNanos;
    private long longestOfPeriod;

    /** @param heartbeatNanos how often the other is heard at least while all is well, about */
    FailureDetector(long heartbeatNanos) {
        this.heartbeatNanos = heartbeatNanos;
    }

    /** The other is to be heard from now on: how long it was silent before means nothing. */
    void begin() {
        heardBefore = false;
    }

    /** The other was heard at this time, of a clock that never goes back. */
    void heard(long nanos) {
        if (!heardBefore) {
            heardBefore = true;
            lastNanos = nanos;
            startPeriod(nanos);
            return;
        }
        longestOfPeriod = Math.max(longestOfPeriod, nanos - lastNanos);
        lastNanos = nanos;
        if (nanos - periodBeganNanos >= heartbeatNanos / 2) {
            gaps[next] = longestOfPeriod;
            next = (next + 1) % WINDOW;
            count = Math.min(count + 1, WINDOW);
            startPeriod(nanos);
        }
    }

    private void startPeriod(long nanos) {
        periodBeganNanos = nanos;
        longestOfPeriod = 0;
    }

    /** The silence, in nanoseconds, from which on the other is to be suspected; empty if it was not heard for long enough. */
    OptionalLong suspiciousNanos() {
        if (count < MIN_GAPS) {
            return OptionalLong.empty();
        }
        double sum = 0;
        long longest = 0;
        for (int i = 0; i < count; i++) {
            sum += gaps[i];
            longest = Math.max(longest, gaps[i]);
        }
        double mean = sum / count;
        double squares = 0;
        for (int i = 0; i < count; i++) {
            squares += (gaps[i] - mean) * (gaps[i] - mean);
        }
        double deviation = Math.sqrt(squares / count);
        return OptionalLong.of(Math.max(2 * longest, (long) (mean + DEVIATIONS_AT_PHI_8 * deviation)));
    }
}
