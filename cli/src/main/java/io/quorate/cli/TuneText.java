package io.quorate.cli;

import io.quorate.bench.metrics.DurationHistogram;
import io.quorate.bench.phase.PhaseHistograms;
import io.quorate.bench.phase.PhaseHistograms.Phase;
import io.quorate.server.tuning.TimeoutAdvice;
import io.quorate.server.tuning.Trial;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** What {@code quorate tune} tells people. */
final class TuneText {

    private static final double MICROS_PER_MILLI = 1e3;
    private static final double PERCENT = 100;

    private TuneText() {}

    static void print(PrintWriter out, TuneReport report) {
        if (report.phases().writes() == 0) {
            out.println("No write was answered in " + seconds(report)
                    + ": there is no time to tell of. Run this while clients write.");
        } else {
            out.println(String.format(
                    Locale.ROOT,
                    "Where the time of %d writes went, in %s, %.0f a second, of all members' clients:",
                    report.phases().writes(),
                    seconds(report),
                    report.perSecond()));
            table(report.phases()).print(out);
            out.println();
            explanation(report).forEach(out::println);
        }
        report.timeouts().ifPresent(advice -> out.println(timeouts(advice)));
    }

    private static String seconds(TuneReport report) {
        return String.format(Locale.ROOT, "%.1f s", report.length().toMillis() / 1e3);
    }

    private static Table table(PhaseHistograms phases) {
        Table table = new Table("PHASE", "SHARE", "WRITES", "MEAN MS", "P50 MS", "P99 MS");
        for (Phase phase : phases.rows()) {
            table.add(
                    (phase.isWithinCommit() ? "- " : "") + phase.name(),
                    percent(phase.share()),
                    Long.toString(phase.count()),
                    millis(phase.meanMicros()),
                    millis(phase.p50Micros()),
                    millis(phase.p99Micros()));
        }
        DurationHistogram whole = phases.whole();
        table.add(
                "whole",
                percent(1),
                Long.toString(whole.count()),
                millis(whole.meanMicros()),
                millis(whole.percentileMicros(50)),
                millis(whole.percentileMicros(99)));
        return table;
    }

    private static List<String> explanation(TuneReport report) {
        List<String> lines = new ArrayList<>();
        report.longest()
                .ifPresent(longest -> lines.add("Most of it goes to " + longest.name() + ": " + why(longest, report)));
        report.bestCommitMicros()
                .ifPresent(micros -> lines.add("By the ways and disks that the members measure, a commit takes "
                        + millis((double) micros) + " ms at least, in the median."));
        List<Trial> trials = report.trials();
        trials.forEach(trial -> lines.add("Worth a trial at the leader: " + trial.flag() + " (now " + trial.now()
                + "): " + trial.reason() + ". It can save " + trial.gainText() + "."));
        if (report.sent().isEmpty()) {
            lines.add("No setting is proposed, since no member has led all the time.");
        } else if (trials.isEmpty()) {
            lines.add("No setting of sending entries is worth a trial: what may be saved lies elsewhere.");
        }
        return lines;
    }

    private static String why(Phase longest, TuneReport report) {
        return switch (longest.name()) {
            case "queue" -> "writes wait for the node's loop, which waits for a processor, or for a leader.";
            case "forward" ->
                "these writes reach the leader by way of another member, and wait for it; clients that talk to the leader"
                        + " save that way.";
            case "apply" -> "the store is what takes long.";
            case "answer" -> "the answers are what takes long: that is processors.";
            default ->
                isLonger(report.phases().phase("sync"), report.phases().phase("replicate"))
                        ? "what it waits for is the leader's own disk ('sync'), and not the others."
                        : "what it waits for is the others ('replicate'): the way to them, and their disks.";
        };
    }

    private static boolean isLonger(Optional<Phase> one, Optional<Phase> other) {
        return one.map(Phase::share).orElse(0.0) > other.map(Phase::share).orElse(0.0);
    }

    private static String timeouts(TimeoutAdvice advice) {
        String flags = advice.timing()
                .map(timing -> "--election-timeout " + timing.electionTimeout().toMillis() + " --heartbeat-interval "
                        + timing.heartbeatInterval().toMillis() + ", at all members alike: ")
                .orElse("");
        return "Timeouts: " + flags + advice.reason() + ".";
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", share * PERCENT);
    }

    private static String millis(OptionalDouble micros) {
        return micros.isPresent() ? millis(micros.getAsDouble()) : "-";
    }

    private static String millis(double micros) {
        return String.format(Locale.ROOT, "%.3f", micros / MICROS_PER_MILLI);
    }
}
