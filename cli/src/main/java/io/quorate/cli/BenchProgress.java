package io.quorate.cli;

import io.quorate.bench.LoadBenchmark;
import io.quorate.bench.load.LoadPlan;
import io.quorate.bench.load.LoadRun;
import io.quorate.bench.load.Repetition;
import io.quorate.bench.load.Second;
import io.quorate.bench.load.Target;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.BiConsumer;

/** Tells how a load goes: each second to somebody at a terminal, and seldom to a log. For one thread. */
final class BenchProgress implements LoadBenchmark.Observer {

    private static final int SECONDS_IN_A_LOG = 5;

    private final PrintWriter err;
    private final LoadPlan plan;
    private final boolean watched;
    private int seconds;
    private BiConsumer<Target, Repetition> onRepetition = (target, repetition) -> {};

    @SuppressWarnings("SystemConsoleNull") // By default it is null without a terminal, in all releases but 22 to 24.
    BenchProgress(PrintWriter err, LoadPlan plan) {
        this.err = err;
        this.plan = plan;
        this.watched = System.console() != null;
    }

    /** Somebody else is told of each repetition, too. */
    void onRepetition(BiConsumer<Target, Repetition> consumer) {
        onRepetition = consumer;
    }

    @Override
    public void preparing(Target target) {
        String fill =
                plan.workload().isReading() ? ", and writing " + plan.data().keys() + " keys" : "";
        err.println(target.name() + ": connecting to " + target.addresses() + fill);
    }

    @Override
    public void warmingUp(Target target, int repetition) {
        seconds = 0;
        if (watched && plan.pace().warmup().isPositive()) {
            err.println(of(target, repetition) + "warming up");
        }
    }

    @Override
    public void measured(Target target, int repetition, Second second) {
        seconds++;
        if (watched || seconds % SECONDS_IN_A_LOG == 0) {
            err.println(of(target, repetition)
                    + String.format(
                            Locale.ROOT,
                            "%.0f of %.0f s, %.0f ops/s, p50 %s, p99 %s, %d failed",
                            second.atSeconds(),
                            plan.pace().duration().toMillis() / 1e3,
                            second.opsPerSecond(),
                            millis(second.p50Micros()),
                            millis(second.p99Micros()),
                            second.failures()));
        }
    }

    private static String millis(OptionalDouble micros) {
        return micros.isPresent() ? String.format(Locale.ROOT, "%.2f ms", micros.getAsDouble() / 1e3) : "-";
    }

    @Override
    public void repeated(Target target, Repetition repetition) {
        err.println(of(target, repetition.number())
                + String.format(
                        Locale.ROOT, "%.0f ops/s, %d failed", repetition.all().perSecond(), repetition.failed()));
        onRepetition.accept(target, repetition);
    }

    @Override
    public void leftBehind(Target target, String sentence) {
        err.println(target.name() + ": " + sentence);
    }

    private String of(Target target, int repetition) {
        if (repetition == LoadRun.REHEARSAL) {
            return target.name() + ", rehearsal: ";
        }
        return target.name() + ", " + repetition + " of " + plan.pace().repetitions() + ": ";
    }
}
