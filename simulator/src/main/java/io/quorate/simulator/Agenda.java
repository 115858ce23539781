package io.quorate.simulator;

import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is to happen when, in virtual time: the one queue that drives a run. Of what is due at the same nanosecond, what
 * was put down first happens first, so one order follows from one seed.
 *
 * <p>A task may take time: {@link #spend} moves the present on for whatever that task does afterwards, while others that
 * are due in between still come first in the order of their effects.
 */
public final class Agenda {

    /**
     * When the tasks are due, the one that comes next last. Most tasks are put down for a moment that is near, so few have to
     * make way for a new one.
     */
    private long[] times = new long[256];

    private @Nullable Runnable[] tasks = new Runnable[256];
    private int size;
    private long now;
    private long spent;

    /** The present of the task that is running: nanoseconds since the run began. */
    public long now() {
        return now + spent;
    }

    /** The running task takes so many nanoseconds, from here on. */
    public void spend(long nanos) {
        spent += nanos;
    }

    /** Puts a task down for a time, which must not be past. */
    public void at(long time, Runnable task) {
        if (time < now) {
            throw new IllegalArgumentException(time + " is past at " + now);
        }
        if (size == times.length) {
            times = Arrays.copyOf(times, 2 * size);
            tasks = Arrays.copyOf(tasks, 2 * size);
        }
        int place = size;
        while (place > 0 && times[place - 1] <= time) {
            place--;
        }
        System.arraycopy(times, place, times, place + 1, size - place);
        System.arraycopy(tasks, place, tasks, place + 1, size - place);
        times[place] = time;
        tasks[place] = task;
        size++;
    }

    /** Puts a task down for so many nanoseconds from now. */
    public void after(long nanos, Runnable task) {
        at(now() + nanos, task);
    }

    /** Does what is due up to a time, the time itself included; afterwards it is that time. */
    public void runUntil(long time) {
        while (size > 0 && times[size - 1] <= time) {
            now = times[size - 1];
            spent = 0;
            take().run();
        }
        now = Math.max(now, time);
        spent = 0;
    }

    /**
     * Lets the running task wait: what is due until then is done meanwhile.
     *
     * @param goesOn asked after each of those tasks; the wait ends at once where it does not
     */
    void waitUntil(long time, BooleanSupplier goesOn) {
        while (goesOn.getAsBoolean() && size > 0 && times[size - 1] <= time) {
            now = times[size - 1];
            spent = 0;
            take().run();
        }
        if (goesOn.getAsBoolean()) {
            now = Math.max(now, time);
        }
        spent = 0;
    }

    private Runnable take() {
        size--;
        Runnable next = tasks[size];
        tasks[size] = null;
        if (next == null) {
            throw new IllegalStateException("nothing stands at place " + size);
        }
        return next;
    }
}
