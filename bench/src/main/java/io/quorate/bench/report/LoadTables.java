package io.quorate.bench.report;

import io.quorate.bench.load.Failure;
import io.quorate.bench.phase.PhaseHistograms.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** A report for people: tables, and what is to be said beside them. */
public final class LoadTables {

    /**
     * Rows of text under a heading.
     *
     * @param rows each with as many cells as there are headings
     */
    public record Rows(List<String> heading, List<List<String>> rows) {

        public Rows {
            heading = List.copyOf(heading);
            rows = List.copyOf(rows);
        }
    }

    private static final double PERCENT = 100;
    private static final double MICROS_PER_MILLI = 1e3;

    private LoadTables() {}

    /** The tables of a report, in their order. */
    public static List<Rows> of(LoadReport report) {
        List<Rows> tables = new ArrayList<>();
        tables.add(requests(report));
        tables.add(costs(report));
        phases(report).ifPresent(tables::add);
        report.comparison().ifPresent(comparison -> tables.add(ratios(comparison)));
        return tables;
    }

    private static Rows requests(LoadReport report) {
        List<String> heading = new ArrayList<>(List.of("TARGET", "REQUESTS", "OPS/S", "LOWEST", "HIGHEST"));
        List<Figure> latencies = Figure.ofRequests().stream()
                .filter(figure -> figure != Figure.OPS_PER_SECOND)
                .toList();
        latencies.forEach(figure -> heading.add(figure.heading()));
        heading.add("FAILED");
        List<List<String>> rows = new ArrayList<>();
        for (TargetReport target : report.targets()) {
            for (String name : target.names()) {
                List<Double> perSecond = target.repetitions().stream()
                        .map(repetition -> TargetReport.named(repetition, name).perSecond())
                        .sorted()
                        .toList();
                List<String> row = new ArrayList<>();
                row.add(target.target().name());
                row.add(name);
                row.add(Figure.OPS_PER_SECOND.text(target.median(Figure.OPS_PER_SECOND, name)));
                row.add(Figure.OPS_PER_SECOND.text(OptionalDouble.of(perSecond.getFirst())));
                row.add(Figure.OPS_PER_SECOND.text(OptionalDouble.of(perSecond.getLast())));
                latencies.forEach(figure -> row.add(figure.text(target.median(figure, name))));
                row.add(Long.toString(target.failed(name)));
                rows.add(row);
            }
        }
        return new Rows(heading, rows);
    }

    private static Rows costs(LoadReport report) {
        List<String> heading = new ArrayList<>(List.of("TARGET"));
        Figure.ofMembers().forEach(figure -> heading.add(figure.heading()));
        List<List<String>> rows = new ArrayList<>();
        for (TargetReport target : report.targets()) {
            List<String> row = new ArrayList<>(List.of(target.target().name()));
            Figure.ofMembers().forEach(figure -> row.add(figure.text(target.median(figure))));
            rows.add(row);
        }
        return new Rows(heading, rows);
    }

    /** Where the time of writes went, by what the members told; the share of a phase within another one is in that one's, too. */
    private static Optional<Rows> phases(LoadReport report) {
        List<List<String>> rows = new ArrayList<>();
        for (TargetReport target : report.targets()) {
            for (Phase phase : target.phases()) {
                rows.add(List.of(
                        target.target().name(),
                        (phase.isWithinCommit() ? "- " : "") + phase.name(),
                        Figure.number(PERCENT * phase.share(), 0) + " %",
                        Long.toString(phase.count()),
                        Figure.number(phase.meanMicros() / MICROS_PER_MILLI, 2),
                        Figure.number(phase.p50Micros() / MICROS_PER_MILLI, 2),
                        Figure.number(phase.p99Micros() / MICROS_PER_MILLI, 2)));
            }
        }
        return rows.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Rows(List.of("TARGET", "PHASE", "SHARE", "WRITES", "MEAN MS", "P50 MS", "P99 MS"), rows));
    }

    private static Rows ratios(Comparison comparison) {
        String names = comparison.a().target().name() + " TO "
                + comparison.b().target().name();
        List<List<String>> rows = comparison.ratios().stream()
                .map(ratio -> List.of(
                        ratio.of(),
                        ratio.figure().heading(),
                        Figure.number(ratio.ofMedians(), 2),
                        Figure.number(ratio.lowest(), 2),
                        Figure.number(ratio.highest(), 2)))
                .toList();
        return new Rows(List.of(names, "FIGURE", "RATIO", "LOWEST", "HIGHEST"), rows);
    }

    /** What is to be said beside the tables: failures by their reasons, and what is to be known of the figures. */
    public static List<String> notes(LoadReport report) {
        List<String> notes = new ArrayList<>();
        for (TargetReport target : report.targets()) {
            String name = target.target().name() + ": ";
            for (Map.Entry<Failure, Long> failure : target.failures()) {
                notes.add(name + failure.getValue() + " x " + failure.getKey());
            }
            target.notes().forEach(note -> notes.add(name + note));
            if (target.failures().stream()
                    .anyMatch(failure -> failure.getKey().outcome() == Failure.Outcome.NOT_SENT)) {
                notes.add(name + "the rate was more than the clients could send: latencies leave out what was not sent,"
                        + " and would be worse with it");
            }
        }
        return notes;
    }
}
