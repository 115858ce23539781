package io.quorate.server.grey;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How far a member is from failing, by what it measures of itself: 0 healthy, 1 failing. Immutable.
 *
 * <p>The worst part decides: a member whose disk is slow is no better for a good network. A part that was not measured counts for
 * nothing.
 *
 * @param readings of the parts that were measured, the worst first
 */
public record GreyScore(List<Reading> readings) {

    /** Of a member that has measured nothing yet. */
    public static final GreyScore UNKNOWN = new GreyScore(List.of());

    public GreyScore {
        readings = List.copyOf(readings);
    }

    /**
     * Of a member that has measured this.
     *
     * @param micros of each part that was measured, in microseconds
     */
    public static GreyScore of(Map<Part, Long> micros, Duration electionTimeout) {
        return new GreyScore(micros.entrySet().stream()
                .map(measured -> Reading.of(measured.getKey(), measured.getValue(), electionTimeout))
                .sorted(Comparator.comparingDouble(Reading::score).reversed().thenComparing(Reading::part))
                .toList());
    }

    public double value() {
        return readings.stream().mapToDouble(Reading::score).max().orElse(0);
    }

    /** The parts that are not fine, the worst first, in words; empty if all are. */
    public String reasons() {
        return readings.stream()
                .filter(reading -> reading.score() > 0)
                .map(Reading::text)
                .collect(Collectors.joining("; "));
    }

    /** A score as people read it. */
    public static String text(double score) {
        return String.format(Locale.ROOT, "%.2f", score);
    }
}
