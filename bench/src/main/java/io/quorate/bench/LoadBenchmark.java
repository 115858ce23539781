package io.quorate.bench;

import io.quorate.bench.load.Keyspace;
import io.quorate.bench.load.LoadException;
import io.quorate.bench.load.LoadPlan;
import io.quorate.bench.load.LoadRun;
import io.quorate.bench.load.Repetition;
import io.quorate.bench.load.Target;
import io.quorate.bench.report.LoadReport;
import io.quorate.bench.report.TargetReport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Load on one cluster, or on two in turns: A, B, B, A, and so on, so that what changes on the machine meanwhile meets both alike. */
public final class LoadBenchmark {

    /** Is told how it goes, on the thread that measures. */
    public interface Observer extends LoadRun.Progress {

        /** The keys that are to be read are written, and members are looked for. */
        void preparing(Target target);

        /** A repetition is over. */
        void repeated(Target target, Repetition repetition);

        /** Something of the run is left behind, as the sentence says. */
        void leftBehind(Target target, String sentence);
    }

    private final LoadPlan plan;
    private final Observer observer;
    private final BooleanSupplier isStopped;

    /**
     * Nothing is done yet.
     *
     * @param isStopped whether it is to end at once, without a report
     */
    public LoadBenchmark(LoadPlan plan, Observer observer, BooleanSupplier isStopped) {
        this.plan = plan;
        this.observer = observer;
        this.isStopped = isStopped;
    }

    /**
     * Measures, and removes the keys that were written for it.
     *
     * @param targets one or two
     * @param number by which the keys of this run are told from those of others
     * @return empty if it was stopped
     * @throws LoadException if a target cannot be measured
     */
    public Optional<LoadReport> run(List<Target> targets, int number) throws LoadException {
        Keyspace keyspace = new Keyspace(number, plan.data());
        List<LoadRun> runs = new ArrayList<>();
        try {
            for (Target target : targets) {
                observer.preparing(target);
                LoadRun run = LoadRun.open(target, plan, keyspace);
                runs.add(run);
                run.fill(isStopped);
            }
            return measure(runs);
        } finally {
            end(runs);
        }
    }

    /** Each of them, whatever becomes of those before it. */
    private void end(List<LoadRun> runs) {
        if (runs.isEmpty()) {
            return;
        }
        try (LoadRun first = runs.getFirst()) {
            first.cleanUp().ifPresent(sentence -> observer.leftBehind(first.target(), sentence));
        } finally {
            end(runs.subList(1, runs.size()));
        }
    }

    private Optional<LoadReport> measure(List<LoadRun> runs) throws LoadException {
        List<List<Repetition>> repetitions =
                runs.stream().<List<Repetition>>map(run -> new ArrayList<>()).toList();
        List<Integer> turn = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            turn.add(i);
        }
        rehearse(runs);
        for (int number = 1; number <= plan.pace().repetitions(); number++) {
            for (int which : turn) {
                LoadRun run = runs.get(which);
                if (isStopped.getAsBoolean()) {
                    return Optional.empty();
                }
                Repetition repetition = run.repeat(number, observer, isStopped);
                if (isStopped.getAsBoolean()) {
                    return Optional.empty();
                }
                repetitions.get(which).add(repetition);
                observer.repeated(run.target(), repetition);
            }
            Collections.reverse(turn);
        }
        List<TargetReport> reports = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            LoadRun run = runs.get(i);
            reports.add(new TargetReport(run.target(), repetitions.get(i), run.notes()));
        }
        return Optional.of(new LoadReport(plan, reports));
    }

    /**
     * Loads each target once without looking, unless nothing is to be warmed up: what makes the load is compiled while it runs, and
     * the first turn, which is always the same target's, would be the slower for it.
     */
    private void rehearse(List<LoadRun> runs) throws LoadException {
        if (plan.pace().warmup().isPositive()) {
            for (LoadRun run : runs) {
                if (isStopped.getAsBoolean()) {
                    return;
                }
                var unused = run.repeat(LoadRun.REHEARSAL, observer, isStopped);
            }
        }
    }
}
