package io.quorate.simulator.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A verdict in words. */
public final class HistoryReport {

    private static final double NANOS_PER_MILLI = 1e6;

    private HistoryReport() {}

    /** What cannot be explained, and all that was going on around it; several lines. */
    public static String text(Verdict.NotLinearizable verdict) {
        List<String> lines = new ArrayList<>();
        lines.add("the answer of client " + verdict.unexplained().client() + " at "
                + millis(verdict.unexplained().returnedNanos()) + " cannot be explained: "
                + describe(verdict.unexplained()));
        lines.add("keys: " + String.join(", ", verdict.keys()));
        lines.add("before: " + (verdict.before().isEmpty() ? "not known" : String.join("; or ", verdict.before())));
        verdict.window().stream()
                .sorted(Comparator.comparingLong(Operation::invokedNanos))
                .map(HistoryReport::line)
                .forEach(lines::add);
        return String.join(System.lineSeparator() + "  ", lines);
    }

    private static String line(Operation operation) {
        return String.format(
                Locale.ROOT,
                "%14s .. %-14s client %-4d %s",
                millis(operation.invokedNanos()),
                operation.isKnown() ? millis(operation.returnedNanos()) : "?",
                operation.client(),
                describe(operation));
    }

    static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.3f ms", nanos / NANOS_PER_MILLI);
    }

    /** What was asked and answered, in a line. */
    static String describe(Operation operation) {
        boolean known = operation.isKnown();
        return switch (operation.action()) {
            case Action.Read read -> "read " + read.key() + (known ? " -> " + value(read.seen()) : " -> ?");
            case Action.Write write -> "write " + write.key() + " = " + write.value() + outcome(known);
            case Action.Delete delete -> "delete " + delete.key() + outcome(known);
            case Action.CompareAndSet set ->
                "if " + set.key() + " is " + value(set.expected()) + " write " + set.value()
                        + (known ? " -> " + (set.succeeded() ? "done" : "it was not") : " -> ?");
            case Action.Transaction transaction -> describe(transaction, known);
        };
    }

    private static String outcome(boolean known) {
        return known ? "" : " -> ?";
    }

    private static String value(Optional<String> value) {
        return value.orElse("nothing");
    }

    private static String describe(Action.Transaction transaction, boolean known) {
        String asked = transaction.compares().stream()
                        .map(compare -> switch (compare) {
                            case Action.Compare.Holds holds -> holds.key() + " is " + value(holds.value());
                            case Action.Compare.HasVersion version ->
                                version.key() + " has version " + version.version();
                        })
                        .collect(Collectors.joining(" and ", "if ", " "))
                + transaction.success().stream()
                        .map(HistoryReport::step)
                        .collect(Collectors.joining(", ", "then ", " "))
                + transaction.failure().stream()
                        .map(HistoryReport::step)
                        .collect(Collectors.joining(", ", "else ", ""));
        if (!known) {
            return asked + " -> ?";
        }
        return asked + " -> " + (transaction.succeeded() ? "then" : "else")
                + transaction.reads().stream().map(HistoryReport::value).collect(Collectors.joining(", ", " [", "]"));
    }

    private static String step(Action.Step step) {
        return switch (step) {
            case Action.Read read -> "read " + read.key();
            case Action.Write write -> "write " + write.key() + " = " + write.value();
            case Action.Delete delete -> "delete " + delete.key();
        };
    }
}
