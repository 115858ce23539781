package io.quorate.server.grey;

import io.quorate.server.quorum.Latency;
import java.time.Duration;

/**
 * One part of a member as it was measured.
 *
 * @param micros what was measured, in microseconds
 * @param fineMicros up to this it counts for nothing
 * @param failingMicros from this on the member fails by it
 */
public record Reading(Part part, long micros, long fineMicros, long failingMicros) {

    static Reading of(Part part, long micros, Duration electionTimeout) {
        Part.Bounds bounds = part.bounds(electionTimeout);
        return new Reading(part, micros, bounds.fineMicros(), bounds.failingMicros());
    }

    /**
     * From 0, fine, to 1, failing. In between it grows with the logarithm of the time: twice as slow is as much worse wherever it
     * begins, so that the difference of two scores says how many times slower one is.
     */
    public double score() {
        if (micros <= fineMicros) {
            return 0;
        }
        double score = Math.log((double) micros / fineMicros) / Math.log((double) failingMicros / fineMicros);
        return Math.min(1, score);
    }

    /** What was measured, and what it is measured by. */
    public String text() {
        return part.what() + " " + Latency.millis(micros) + " (fine up to " + Latency.millis(fineMicros)
                + ", failing from " + Latency.millis(failingMicros) + ")";
    }
}
