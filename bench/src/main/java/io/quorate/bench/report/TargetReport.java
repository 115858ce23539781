package io.quorate.bench.report;

import io.quorate.bench.cost.Costs;
import io.quorate.bench.load.Failure;
import io.quorate.bench.load.Repetition;
import io.quorate.bench.load.Tally;
import io.quorate.bench.load.Target;
import io.quorate.bench.phase.PhaseHistograms;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.HdrHistogram.Histogram;

/**
 * What all repetitions of one target gave.
 *
 * @param repetitions at least one, in their order
 * @param notes what is to be known of the figures
 */
public record TargetReport(Target target, List<Repetition> repetitions, List<String> notes) {

    /** The tally of all requests, in {@link #names}. */
    static final String ALL = "all";

    public TargetReport {
        repetitions = List.copyOf(repetitions);
        notes = List.copyOf(notes);
        if (repetitions.isEmpty()) {
            throw new IllegalArgumentException("a report of no repetition");
        }
    }

    /** The kinds of requests and of events; all requests first, where there are several kinds. */
    List<String> names() {
        List<Tally> tallies = repetitions.getFirst().tallies();
        List<String> names = new ArrayList<>();
        if (tallies.stream().filter(tally -> !tally.event()).count() > 1) {
            names.add(ALL);
        }
        tallies.forEach(tally -> names.add(tally.name()));
        return names;
    }

    static Tally named(Repetition repetition, String name) {
        return repetition.tallies().stream()
                .filter(tally -> tally.name().equals(name))
                .findFirst()
                .orElseGet(repetition::all);
    }

    /** The median over the repetitions of a figure of one kind of requests. */
    OptionalDouble median(Figure figure, String name) {
        return Figure.median(values(figure, name));
    }

    /** A figure of one kind of requests, repetition by repetition. */
    List<OptionalDouble> values(Figure figure, String name) {
        return each(repetition -> figure.of(named(repetition, name), Costs.UNKNOWN));
    }

    /** The median over the repetitions of a figure of all requests. */
    OptionalDouble median(Figure figure) {
        return Figure.median(values(figure));
    }

    /** The figure of all requests, repetition by repetition. */
    List<OptionalDouble> values(Figure figure) {
        return each(repetition -> figure.of(repetition.all(), repetition.costs()));
    }

    private List<OptionalDouble> each(Function<Repetition, OptionalDouble> figure) {
        return repetitions.stream().map(figure).toList();
    }

    /** The phases of all writes of all repetitions; none if they are not known of each of these, or nothing was written. */
    List<PhaseHistograms.Phase> phases() {
        Optional<PhaseHistograms> sum = repetitions.getFirst().phases();
        for (Repetition next : repetitions.subList(1, repetitions.size())) {
            sum = sum.flatMap(some -> next.phases().flatMap(some::plus));
        }
        return sum.map(PhaseHistograms::rows).orElse(List.of());
    }

    /** All requests that ended well, whether or not they did in the measured time; events are none. */
    public long succeeded() {
        return repetitions.stream()
                .mapToLong(repetition -> Math.max(
                        repetition.all().completed(),
                        repetition.all().latencies().getTotalCount()))
                .sum();
    }

    long failed(String name) {
        return repetitions.stream()
                .mapToLong(repetition -> named(repetition, name).failed())
                .sum();
    }

    /** All failures of all repetitions, the most frequent ones first. */
    public List<Map.Entry<Failure, Long>> failures() {
        Map<Failure, Long> sum = new HashMap<>();
        repetitions.stream()
                .flatMap(repetition -> repetition.tallies().stream())
                .forEach(tally -> tally.failures().forEach((failure, times) -> sum.merge(failure, times, Long::sum)));
        return sum.entrySet().stream()
                .sorted(Map.Entry.<Failure, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(entry -> entry.getKey().toString()))
                .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** The latencies of all repetitions together, of one kind of requests. */
    Histogram latencies(String name) {
        Histogram sum = new Histogram(repetitions.getFirst().all().latencies().getNumberOfSignificantValueDigits());
        repetitions.forEach(repetition -> sum.add(named(repetition, name).latencies()));
        return sum;
    }

    static double micros(Histogram latencies, double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e3;
    }
}
