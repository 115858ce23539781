package io.quorate.server.tuning;

import io.quorate.server.ServerConfig;
import java.time.Duration;
import java.util.Optional;

/**
 * Which election timeout suits the ways and disks of a cluster. It is advice alone: nothing changes it while members run, for all members
 * must have the same, and what is safe rests on it.
 *
 * @param timing the timeout as a multiple of {@link #STEP}, and a tenth of it between heartbeats, as it is by default; empty if the
 *     longest that members take would not do either
 * @param reason with the figures, as half a sentence
 */
public record TimeoutAdvice(Optional<ServerConfig.Timing> timing, String reason) {

    /** Nobody sets finer timeouts. */
    static final Duration STEP = Duration.ofMillis(100);

    /** etcd's rule: ten round trips, so that some may be lost or late. */
    private static final int ROUND_TRIPS = 10;

    /** A leader whose disk takes so long, as often as it does, is no dead one. */
    private static final int SYNCS = 10;

    private static final int HEARTBEATS = 10;
    private static final long MICROS_PER_MILLI = 1000;

    /**
     * Advice, if the timeout that there is does not suit.
     *
     * @param present the election timeout that all members have
     * @param roundTripMicros the 99th percentile of the slowest way between two voters
     * @param syncMicros the 99th percentile of the slowest voter's disk
     */
    public static Optional<TimeoutAdvice> of(Duration present, long roundTripMicros, long syncMicros) {
        long neededMicros = Math.max(ROUND_TRIPS * roundTripMicros, SYNCS * syncMicros);
        long stepMicros = STEP.toMillis() * MICROS_PER_MILLI;
        Duration needed = STEP.multipliedBy(Math.max(1, Math.ceilDiv(neededMicros, stepMicros)));
        if (needed.compareTo(present) <= 0) {
            return Optional.empty();
        }
        String figures = "1 of 100 round trips takes " + roundTripMicros / MICROS_PER_MILLI + " ms and 1 of 100 syncs "
                + syncMicros / MICROS_PER_MILLI
                + " ms; with less than ten times that, leaders that live are taken for dead";
        if (needed.compareTo(ServerConfig.MAX_ELECTION_TIMEOUT) > 0) {
            return Optional.of(new TimeoutAdvice(
                    Optional.empty(),
                    figures + ", and members take " + ServerConfig.MAX_ELECTION_TIMEOUT.toSeconds()
                            + " s at most: no timeout mends that, the disk or the link that is so slow is at fault"));
        }
        return Optional.of(new TimeoutAdvice(
                Optional.of(new ServerConfig.Timing(needed.dividedBy(HEARTBEATS), needed, false)),
                figures + "; that fixes the timeout, and turns its estimate off (docs/elections.md)"));
    }
}
