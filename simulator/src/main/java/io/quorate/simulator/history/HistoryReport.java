package io.quorate.simulator.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A verdict in words. */
public final class HistoryReport {

    private static final double NANOS_PER_MILLI = 1e6;
    private static final int LISTED = 8;

    private HistoryReport() {}

    /** What cannot be explained, and all that was going on around it; several lines. */
    public static String text(Verdict.NotLinearizable verdict) {
        List<String> lines = new ArrayList<>();
        lines.add(headline(verdict));
        lines.add("keys: " + keys(verdict.keys()));
        lines.add("before: " + listed(verdict.before()));
        lines.add("the window, by invocation:");
        verdict.window()
                .forEach(operation ->
                        lines.add((operation.equals(verdict.unexplained()) ? "> " : "  ") + line(operation)));
        lines.add(origin(verdict));
        verdict.writers().forEach(writer -> lines.add("  " + line(writer)));
        if (verdict.otherParts() > 0) {
            lines.add("other keys that cannot be explained either: " + verdict.otherParts()
                    + (verdict.otherParts() == 1 ? " set" : " sets"));
        }
        lines.removeIf(String::isEmpty);
        return String.join(System.lineSeparator() + "  ", lines);
    }

    /** That it is not known, and why not; one line. */
    public static String text(Verdict.Undecided verdict) {
        return String.format(
                Locale.ROOT,
                "undecided: the search for an order of the operations on %s was given up after %,d steps, which says"
                        + " nothing about them; record fewer clients on a key or fewer unknown outcomes, or allow more"
                        + " steps and a larger heap",
                keys(verdict.keys()),
                verdict.steps());
    }

    /** One sentence that says which answer cannot be. */
    static String headline(Verdict.NotLinearizable verdict) {
        return "the answer of client " + verdict.unexplained().client() + " at "
                + millis(verdict.unexplained().returnedNanos()) + " cannot be explained: "
                + describe(verdict.unexplained());
    }

    /** Where what was seen came from, as a heading of {@link Verdict.NotLinearizable#writers}; empty if that is in the window. */
    static String origin(Verdict.NotLinearizable verdict) {
        if (!verdict.writers().isEmpty()) {
            return "what it saw was written, and overwritten since:";
        }
        for (Action.Read read : verdict.unexplained().action().answers()) {
            boolean written = read.seen().isEmpty()
                    || verdict.window().stream()
                            .flatMap(operation -> operation.action().writes().stream())
                            .anyMatch(write -> write.key().equals(read.key())
                                    && write.value().equals(read.seen().get()));
            if (!written) {
                return "nothing that was asked for by then writes " + value(read.seen()) + " to " + read.key();
            }
        }
        return "";
    }

    /** The keys, or some of them if they are many. */
    static String keys(List<String> keys) {
        return listed(keys);
    }

    private static String listed(List<String> all) {
        if (all.size() <= LISTED) {
            return String.join("; ", all);
        }
        return String.join("; ", all.subList(0, LISTED)) + "; and " + (all.size() - LISTED) + " others";
    }

    static String line(Operation operation) {
        return String.format(
                Locale.ROOT,
                "%14s .. %-14s client %-4d %s",
                millis(operation.invokedNanos()),
                operation.isKnown() ? millis(operation.returnedNanos()) : "?",
                operation.client(),
                describe(operation));
    }

    static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.6f ms", nanos / NANOS_PER_MILLI);
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
