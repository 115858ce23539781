package io.quorate.server.metrics;

import java.util.List;

/**
 * How long the writes of a member's clients took, all since its process began, or those between two moments. Immutable.
 *
 * @param count of writes that were answered
 * @param sumSeconds what they took together
 * @param upperBoundsSeconds of the classes by which they are counted; the last is infinite
 * @param counts one for each class
 * @param replicated of how many it is known how long replicating them took
 * @param replicateSumSeconds what that took together
 */
public record WriteTotals(
        long count,
        double sumSeconds,
        List<Double> upperBoundsSeconds,
        List<Long> counts,
        long replicated,
        double replicateSumSeconds) {

    private static final double MICROS_PER_SECOND = 1e6;
    private static final double P99 = 0.99;

    public WriteTotals {
        upperBoundsSeconds = List.copyOf(upperBoundsSeconds);
        counts = List.copyOf(counts);
    }

    /** Those that were answered since then. */
    public WriteTotals since(WriteTotals earlier) {
        Long[] added = new Long[counts.size()];
        for (int i = 0; i < added.length; i++) {
            added[i] = counts.get(i) - earlier.counts.get(i);
        }
        return new WriteTotals(
                count - earlier.count,
                sumSeconds - earlier.sumSeconds,
                upperBoundsSeconds,
                List.of(added),
                replicated - earlier.replicated,
                replicateSumSeconds - earlier.replicateSumSeconds);
    }

    /** 0 if there was none. */
    public double meanMicros() {
        return count == 0 ? 0 : sumSeconds / count * MICROS_PER_SECOND;
    }

    /** 0 if there was none. */
    public double replicateMeanMicros() {
        return replicated == 0 ? 0 : replicateSumSeconds / replicated * MICROS_PER_SECOND;
    }

    /** What 99 of 100 do not exceed, as if those of a class lay evenly in it; the last finite bound if it is beyond that. */
    public double p99Micros() {
        double rank = counts.stream().mapToLong(Long::longValue).sum() * P99;
        double below = 0;
        double lowerBound = 0;
        for (int i = 0; i < counts.size(); i++) {
            double bound = upperBoundsSeconds.get(i);
            if (counts.get(i) > 0 && below + counts.get(i) >= rank) {
                double within = Double.isInfinite(bound) ? 0 : (bound - lowerBound) * (rank - below) / counts.get(i);
                return (lowerBound + within) * MICROS_PER_SECOND;
            }
            below += counts.get(i);
            lowerBound = Double.isInfinite(bound) ? lowerBound : bound;
        }
        return 0;
    }
}
