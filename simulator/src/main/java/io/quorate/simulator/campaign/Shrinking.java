package io.quorate.simulator.campaign;

import io.quorate.simulator.RunPlan;
import io.quorate.simulator.RunResult;
import io.quorate.simulator.SimulatedRun;
import io.quorate.simulator.fault.Fault;
import io.quorate.simulator.invariant.InvariantViolation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Makes a failing run smaller as far as it still violates the same invariant: a shorter one, fewer faults, fewer members,
 * fewer clients.
 *
 * <p>Every change of a plan changes all that the dice show afterwards, so what is found is small, and not the smallest.
 */
public final class Shrinking {

    /** Nothing is tried below it: a member has not done anything by then. */
    private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Function<RunPlan, RunResult> runner;
    private final Consumer<RunResult> onSmaller;
    private RunResult smallest;
    private int runsLeft;

    /**
     * @param failing a run that violated an invariant
     * @param maxRuns the most runs to try
     * @param onSmaller told of each smaller run that fails
     * @param runs makes of a plan a run that has not begun
     */
    public Shrinking(
            RunResult failing, int maxRuns, Consumer<RunResult> onSmaller, Function<RunPlan, SimulatedRun> runs) {
        this(failing, runs.andThen(SimulatedRun::run), maxRuns, onSmaller);
    }

    Shrinking(RunResult failing, Function<RunPlan, RunResult> runner, int maxRuns, Consumer<RunResult> onSmaller) {
        if (failing.violation().isEmpty()) {
            throw new IllegalArgumentException(
                    "the run of seed " + failing.plan().seed() + " did not fail");
        }
        this.smallest = failing;
        this.runsLeft = maxRuns;
        this.onSmaller = onSmaller;
        this.runner = runner;
    }

    /** Tries, and answers the smallest run that still fails. */
    public RunResult run() {
        boolean progress = true;
        while (progress && runsLeft > 0) {
            progress = shorten();
            progress |= dropFaults();
            progress |= dropMembers();
            progress |= dropClients();
        }
        return smallest;
    }

    /** What comes after the violation plays no part. */
    private boolean shorten() {
        RunPlan plan = smallest.plan();
        boolean shorter =
                smallest.virtualNanos() < plan.faultNanos() && accept(plan.withFaultNanos(smallest.virtualNanos() + 1));
        while (runsLeft > 0
                && smallest.plan().faultNanos() > SHORT_NANOS
                && accept(smallest.plan().withFaultNanos(smallest.plan().faultNanos() * 3 / 4))) {
            shorter = true;
        }
        return shorter;
    }

    /** Takes away halves, quarters and so on, down to single faults (Zeller's delta debugging). */
    private boolean dropFaults() {
        boolean fewer = false;
        int piece = Math.max(1, smallest.plan().faults().size() / 2);
        while (piece >= 1 && runsLeft > 0) {
            boolean dropped = false;
            for (int from = 0; from < smallest.plan().faults().size() && runsLeft > 0; ) {
                if (accept(smallest.plan().withFaults(without(from, piece)))) {
                    dropped = true;
                } else {
                    from += piece;
                }
            }
            fewer |= dropped;
            if (!dropped) {
                piece /= 2;
            }
        }
        return fewer;
    }

    private List<Fault> without(int from, int count) {
        List<Fault> left = new ArrayList<>(smallest.plan().faults());
        left.subList(from, Math.min(left.size(), from + count)).clear();
        return left;
    }

    private boolean dropMembers() {
        boolean fewer = false;
        while (runsLeft > 0
                && smallest.plan().members() > 3
                && accept(smallest.plan().withMembers(smallest.plan().members() - 1))) {
            fewer = true;
        }
        return fewer;
    }

    private boolean dropClients() {
        boolean fewer = false;
        while (runsLeft > 0
                && smallest.plan().clients() > 1
                && accept(smallest.plan().withClients(smallest.plan().clients() / 2))) {
            fewer = true;
        }
        return fewer;
    }

    /** Whether a plan fails in the same way; it is the smallest then. */
    private boolean accept(RunPlan plan) {
        runsLeft--;
        RunResult result = runner.apply(plan);
        String wanted = smallest.violation().map(InvariantViolation::invariant).orElseThrow();
        boolean same = result.violation()
                .map(InvariantViolation::invariant)
                .filter(wanted::equals)
                .isPresent();
        if (same) {
            smallest = result;
            onSmaller.accept(result);
        }
        return same;
    }
}
