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

    /** What the ratios of the members' costs are of. */
    static final String MEMBERS = "members";

    /**
     * How a figure of one target relates to that of the other.
     *
     * @param of the kind of requests or events, or {@link #MEMBERS}
     * @param ofMedians the ratio of the two medians
     * @param lowest of the ratios of the repetitions that ran one after the other
     * @param highest of these
     */
    record Ratio(String of, Figure figure, double ofMedians, double lowest, double highest) {}

    /** Of all figures that can be compared, are known of both, and are not 0. */
    List<Ratio> ratios() {
        List<Ratio> ratios = new ArrayList<>();
        for (String name : a.names()) {
            for (Figure figure : Figure.ofRequests()) {
                ratio(name, figure, a.values(figure, name), b.values(figure, name))
                        .ifPresent(ratios::add);
            }
        }
        for (Figure figure : Figure.ofMembers()) {
            // Two programs fill their files in different ways, and that decides how far the bound is off.
            if (figure != Figure.WRITTEN) {
                ratio(MEMBERS, figure, a.values(figure), b.values(figure)).ifPresent(ratios::add);
            }
        }
        return ratios;
    }

    private static Optional<Ratio> ratio(String of, Figure figure, List<OptionalDouble> ofA, List<OptionalDouble> ofB) {
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
        OptionalDouble ofMedians = ratio(Figure.median(ofA), Figure.median(ofB));
        return ofMedians.isEmpty()
                ? Optional.empty()
                : Optional.of(new Ratio(of, figure, ofMedians.getAsDouble(), lowest, highest));
    }

    private static OptionalDouble ratio(OptionalDouble a, OptionalDouble b) {
        return a.isEmpty() || b.isEmpty() || b.getAsDouble() == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(a.getAsDouble() / b.getAsDouble());
    }
}
