package io.quorate.simulator.campaign;

import io.quorate.simulator.RunPlan;
import io.quorate.simulator.RunResult;
import io.quorate.simulator.SimulatedRun;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/** Runs seeds, one after the other on each of some threads, until all are done or one fails. */
public final class Campaign {

    private final LongFunction<RunPlan> plans;
    private final long firstSeed;
    private final long seeds;
    private final int jobs;

    /**
     * A campaign that has not begun.
     *
     * @param plans what a run of a seed is
     * @param jobs how many runs go on at a time, each on a thread of its own
     */
    public Campaign(LongFunction<RunPlan> plans, long firstSeed, long seeds, int jobs) {
        if (seeds < 1 || jobs < 1) {
            throw new IllegalArgumentException("a campaign needs a seed and a job at least");
        }
        this.plans = plans;
        this.firstSeed = firstSeed;
        this.seeds = seeds;
        this.jobs = jobs;
    }

    /**
     * How far a campaign is.
     *
     * @param virtualNanos the time that passed in all clusters together
     * @param cpuNanos what the process worked for it, on all processors
     * @param completed requests of clients that were answered
     * @param unknown of how many no client learned the outcome
     * @param undecided of how many runs it stays open whether their histories are linearizable
     */
    public record Progress(
            long seeds, long virtualNanos, long cpuNanos, long faults, long completed, long unknown, long undecided) {

        static final Progress NONE = new Progress(0, 0, 0, 0, 0, 0, 0);

        Progress plus(RunResult result, long cpuSoFar) {
            return new Progress(
                    seeds + 1,
                    virtualNanos + result.virtualNanos(),
                    cpuSoFar,
                    faults + result.faults(),
                    completed + result.completed(),
                    unknown + result.unknown(),
                    undecided + (result.undecided() ? 1 : 0));
        }

        /** Hours of clusters' time for each hour of a processor's. */
        public double speed() {
            return cpuNanos == 0 ? 0 : (double) virtualNanos / cpuNanos;
        }
    }

    /**
     * What came of a campaign.
     *
     * @param failures by seed; a campaign goes on with what has begun when the first is found
     * @param notMade why runs could not be made, each naming its seed
     */
    public record Outcome(Progress progress, List<RunResult> failures, List<Throwable> notMade) {
        public Outcome {
            failures = List.copyOf(failures);
            notMade = List.copyOf(notMade);
        }
    }

    /**
     * Runs all. {@code onProgress} is told after each run, by one thread at a time.
     *
     * @throws IllegalStateException if a run could not be made, so that not all were; not if there is a failure to tell of
     */
    public Outcome run(Consumer<Progress> onProgress) {
        AtomicLong next = new AtomicLong(firstSeed);
        ConcurrentLinkedQueue<RunResult> failures = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Throwable> broken = new ConcurrentLinkedQueue<>();
        Tally tally = new Tally(onProgress);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < jobs; i++) {
            threads.add(Thread.ofPlatform().name("sim-" + i).start(() -> {
                try {
                    work(next, () -> failures.isEmpty() && broken.isEmpty(), failures, tally);
                } catch (RuntimeException | Error e) {
                    broken.add(e);
                }
            }));
        }
        for (Thread thread : threads) {
            join(thread);
        }
        if (!broken.isEmpty() && failures.isEmpty()) {
            throw new IllegalStateException("the campaign broke down", broken.peek());
        }
        List<RunResult> bySeed = new ArrayList<>(failures);
        bySeed.sort((one, other) -> Long.compare(one.plan().seed(), other.plan().seed()));
        return new Outcome(tally.progress(), bySeed, List.copyOf(broken));
    }

    private void work(AtomicLong next, BooleanSupplier goesOn, ConcurrentLinkedQueue<RunResult> failures, Tally tally) {
        while (goesOn.getAsBoolean()) {
            long seed = next.getAndIncrement();
            if (seed - firstSeed >= seeds) {
                return;
            }
            RunResult result = made(seed).run();
            // First of all: whoever listens to the progress may throw.
            if (result.violation().isPresent()) {
                failures.add(result);
            }
            tally.add(result);
        }
    }

    private SimulatedRun made(long seed) {
        try {
            return new SimulatedRun(plans.apply(seed));
        } catch (RuntimeException | Error e) {
            throw new IllegalStateException("seed " + seed + " could not be run", e);
        }
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Adds up what the threads have done. */
    private static final class Tally {
        private final Consumer<Progress> onProgress;
        private final long begin = CpuClock.nanos();
        private Progress progress = Progress.NONE;

        Tally(Consumer<Progress> onProgress) {
            this.onProgress = onProgress;
        }

        synchronized void add(RunResult result) {
            progress = progress.plus(result, CpuClock.nanos() - begin);
            onProgress.accept(progress);
        }

        synchronized Progress progress() {
            return progress;
        }
    }
}
