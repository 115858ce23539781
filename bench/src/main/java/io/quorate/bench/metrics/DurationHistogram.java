package io.quorate.bench.metrics;

import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Durations by classes, as Prometheus' text format tells them: how many were at most so long, for several bounds. Immutable.
 *
 * @param atMost the number of durations at or below each bound, in seconds; the last bound is infinite
 * @param sumSeconds of all durations
 */
public record DurationHistogram(NavigableMap<Double, Double> atMost, double sumSeconds) {

    /** Nothing was measured. */
    public static final DurationHistogram EMPTY = new DurationHistogram(new TreeMap<>(), 0);

    private static final double MICROS_PER_SECOND = 1e6;

    public DurationHistogram {
        atMost = Collections.unmodifiableNavigableMap(new TreeMap<>(atMost));
    }

    /** How many durations there are. */
    public long count() {
        return atMost.isEmpty() ? 0 : Math.round(atMost.lastEntry().getValue());
    }

    /** Empty if there is none. */
    public OptionalDouble meanMicros() {
        return count() == 0 ? OptionalDouble.empty() : OptionalDouble.of(sumSeconds / count() * MICROS_PER_SECOND);
    }

    /**
     * The duration that so many do not exceed, reckoned as if those of a class lay evenly in it, as Prometheus does.
     *
     * @param percentile above 0, at most 100
     * @return empty if there is no duration; the greatest finite bound if it is beyond that
     */
    public OptionalDouble percentileMicros(double percentile) {
        double rank = count() * percentile / 100;
        double lowerBound = 0;
        double below = 0;
        for (Map.Entry<Double, Double> entry : atMost.entrySet()) {
            double bound = entry.getKey();
            if (count() > 0 && entry.getValue() >= rank) {
                double within = Double.isInfinite(bound)
                        ? 0
                        : (bound - lowerBound) * (rank - below) / (entry.getValue() - below);
                return OptionalDouble.of((lowerBound + within) * MICROS_PER_SECOND);
            }
            lowerBound = bound;
            below = entry.getValue();
        }
        return OptionalDouble.empty();
    }

    /** What has been added since then; empty if that is not this histogram's own past: the member was started again, say. */
    public Optional<DurationHistogram> since(DurationHistogram earlier) {
        if (earlier.count() == 0) {
            return Optional.of(this);
        }
        if (!earlier.atMost.keySet().equals(atMost.keySet())) {
            return Optional.empty();
        }
        NavigableMap<Double, Double> added = new TreeMap<>(atMost);
        earlier.atMost.forEach((bound, number) -> added.merge(bound, -number, Double::sum));
        if (added.values().stream().anyMatch(more -> more < 0)) {
            return Optional.empty();
        }
        return Optional.of(new DurationHistogram(added, sumSeconds - earlier.sumSeconds));
    }

    /** Both together; empty if they have different classes, as those of two releases may. */
    public Optional<DurationHistogram> plus(DurationHistogram other) {
        if (atMost.isEmpty() || other.atMost.isEmpty()) {
            return Optional.of(atMost.isEmpty() ? other : this);
        }
        if (!other.atMost.keySet().equals(atMost.keySet())) {
            return Optional.empty();
        }
        NavigableMap<Double, Double> sum = new TreeMap<>(atMost);
        other.atMost.forEach((bound, number) -> sum.merge(bound, number, Double::sum));
        return Optional.of(new DurationHistogram(sum, sumSeconds + other.sumSeconds));
    }
}
