package io.quorate.simulator;

import io.quorate.engine.Clock;
import io.quorate.engine.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * One life of a member's process: its executors, its clock, and whether it runs. What it had still to do when it died is
 * never done; what it had to do while it was paused, afterwards.
 */
public final class SimulatedProcess implements Clock, Scheduler {

    /** The time from handing a task to another thread until it begins. */
    private static final long HANDOFF_NANOS = 4_000;

    private final Agenda agenda;
    private final LongSupplier diskNanos;
    private boolean alive = true;
    private long pausedUntil;

    /** Whether a task of an executor is running. */
    private boolean inTask;

    /** What came due while it was paused, in order. */
    private final List<Runnable> missed = new ArrayList<>();

    /** The process's clock runs at this rate and showed {@code clockBase} when it was {@code realBase}. */
    private double clockRate = 1;

    private long clockBase;
    private long realBase;

    /** @param diskNanos tells how long the disk was busy for this process since it was last asked */
    SimulatedProcess(Agenda agenda, LongSupplier diskNanos) {
        this.agenda = agenda;
        this.diskNanos = diskNanos;
        this.clockBase = agenda.now();
        this.realBase = clockBase;
    }

    public boolean isAlive() {
        return alive;
    }

    /** Nothing that this life had to do is done any more. */
    void die() {
        alive = false;
    }

    /** Nothing happens in it before that time. */
    void pauseUntil(long time) {
        pausedUntil = Math.max(pausedUntil, time);
        agenda.at(time, this::makeUp);
    }

    /** A pause ends now. */
    void resume() {
        pausedUntil = 0;
        makeUp();
    }

    private void makeUp() {
        if (!isPaused()) {
            missed.forEach(task -> agenda.at(agenda.now(), task));
            missed.clear();
        }
    }

    public boolean isPaused() {
        return pausedUntil > agenda.now();
    }

    @Override
    public long nanoTime() {
        return clockBase + (long) ((agenda.now() - realBase) * clockRate);
    }

    /** The clock leaps. */
    void jumpClock(long nanos) {
        clockBase = nanoTime() + nanos;
        realBase = agenda.now();
    }

    /** The clock runs faster or slower from now on; 1 is right. */
    void driftClock(double rate) {
        jumpClock(0);
        clockRate = rate;
    }

    /**
     * The task that runs waits for a disk, while everything else goes on.
     *
     * @return whether it has; what the process does while it starts cannot be waited for like that
     * @throws ProcessDied if the process dies meanwhile
     */
    boolean waitUntil(long time) {
        if (!inTask) {
            return false;
        }
        inTask = false;
        agenda.waitUntil(time, () -> alive);
        if (!alive) {
            throw new ProcessDied();
        }
        inTask = true;
        return true;
    }

    /** An executor whose tasks cost so much time each, beside what they spend on the disk. */
    Executor executor(long taskNanos) {
        return executor(taskNanos, () -> {});
    }

    /** The same, and this is done after each task that the process has lived through. */
    Executor executor(long taskNanos, Runnable afterEach) {
        return new Tasks(taskNanos, afterEach);
    }

    /** The repetition follows this process's clock. Like a real one, it makes up for nothing that a pause has missed. */
    @Override
    public Repetition every(Duration interval, Runnable task) {
        Ticks ticks = new Ticks(interval.toNanos(), task);
        agenda.after(ticks.realNanos(), ticks);
        return ticks;
    }

    private final class Ticks implements Runnable, Repetition {

        private final long intervalNanos;
        private final Runnable task;
        private boolean closed;

        Ticks(long intervalNanos, Runnable task) {
            this.intervalNanos = intervalNanos;
            this.task = task;
        }

        private long realNanos() {
            return (long) (intervalNanos / clockRate);
        }

        @Override
        public void run() {
            if (!alive || closed) {
                return;
            }
            if (isPaused()) {
                missed.add(this);
                return;
            }
            task.run();
            agenda.after(realNanos(), this);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** One task after the other; the next begins when the one before has spent its time. */
    private final class Tasks implements Executor, Runnable {

        private final long taskNanos;
        private final Runnable afterEach;
        private final ArrayDeque<Runnable> queued = new ArrayDeque<>();
        private boolean scheduled;
        private long freeAt;

        Tasks(long taskNanos, Runnable afterEach) {
            this.taskNanos = taskNanos;
            this.afterEach = afterEach;
        }

        @Override
        public void execute(Runnable task) {
            if (!alive) {
                return;
            }
            agenda.spend(diskNanos.getAsLong());
            queued.add(task);
            if (!scheduled) {
                scheduled = true;
                agenda.at(Math.max(agenda.now() + HANDOFF_NANOS, freeAt), this);
            }
        }

        @Override
        public void run() {
            if (!alive) {
                queued.clear();
                return;
            }
            if (isPaused()) {
                missed.add(this);
                return;
            }
            // While one waits for the disk, others run.
            boolean nested = inTask;
            inTask = true;
            try {
                queued.remove().run();
                if (alive) {
                    afterEach.run();
                }
            } catch (ProcessDied death) {
                queued.clear();
                return;
            } finally {
                inTask = nested;
            }
            agenda.spend(diskNanos.getAsLong() + taskNanos);
            freeAt = agenda.now();
            scheduled = !queued.isEmpty();
            if (scheduled) {
                agenda.at(freeAt, this);
            }
        }
    }
}
