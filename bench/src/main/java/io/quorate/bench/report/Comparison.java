package io.quorate.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Two targets that took turns, repetition by repetition.
 *
 * @param a the first
 * @param b the second; ratios are those of the first to it
 */
public record Comparison(TargetReport a, TargetReport b) {

    /**
     * How a figure of one target relates to that of the other.
     *
     * @param ofMedians the ratio of the two medians
     * @param lowest of the ratios of the repetitions that ran one after the other
     * @param highest of these
     */
    record Ratio(Figure figure, double ofMedians, double lowest, double highest) {}

    /** Of all figures that are known of both and are not 0. */
    List<Ratio> ratios() {
        List<Ratio> ratios = new ArrayList<>();
        for (Figure figure : Figure.values()) {
            ratio(figure).ifPresent(ratios::add);
        }
        return ratios;
    }

    private Optional<Ratio> ratio(Figure figure) {
        List<OptionalDouble> ofA = a.values(figure);
        List<OptionalDouble> ofB = b.values(figure);
        double lowest = Double.POSITIVE_INFINITY;
        double highest = 0;
        for (int pair = 0; pair < Math.min(ofA.size(), ofB.size()); pair++) {
            OptionalDouble ratio = ratio(ofA.get(pair), ofB.get(pair));
            if (ratio.isEmpty()) {
                return Optional.empty();
            }
            lowest = Math.min(lowest, ratio.getAsDouble());
            highest = Math.max(highest, ratio.getAsDouble());
        }
        OptionalDouble ofMedians = ratio(a.median(figure), b.median(figure));
        return ofMedians.isEmpty()
                ? Optional.empty()
                : Optional.of(new Ratio(figure, ofMedians.getAsDouble(), lowest, highest));
    }

    private static OptionalDouble ratio(OptionalDouble a, OptionalDouble b) {
        return a.isEmpty() || b.isEmpty() || b.getAsDouble() == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(a.getAsDouble() / b.getAsDouble());
    }
}
