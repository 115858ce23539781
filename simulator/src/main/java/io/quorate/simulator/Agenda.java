package io.quorate.simulator;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is to happen when, in virtual time: the one queue that drives a run. Of what is due at the same nanosecond, what
 * was put down first happens first, so one order follows from one seed.
 *
 * <p>A task may take time: {@link #spend} moves the present on for whatever that task does afterwards, while others that
 * are due in between still come first in the order of their effects.
 */
public final class Agenda {

    private long[] times = new long[256];
    private long[] sequences = new long[256];
    private @Nullable Runnable[] tasks = new Runnable[256];
    private int size;
    private long nextSequence;
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
            sequences = Arrays.copyOf(sequences, 2 * size);
            tasks = Arrays.copyOf(tasks, 2 * size);
        }
        int place = size++;
        long sequence = nextSequence++;
        while (place > 0) {
            int parent = (place - 1) >>> 1;
            if (times[parent] <= time) {
                break;
            }
            move(parent, place);
            place = parent;
        }
        put(place, time, sequence, task);
    }

    /** Puts a task down for so many nanoseconds from now. */
    public void after(long nanos, Runnable task) {
        at(now() + nanos, task);
    }

    /** Does what is due up to a time, the time itself included; afterwards it is that time. */
    public void runUntil(long time) {
        while (size > 0 && times[0] <= time) {
            now = times[0];
            spent = 0;
            take().run();
        }
        now = Math.max(now, time);
        spent = 0;
    }

    private Runnable take() {
        Runnable first = task(0);
        int last = --size;
        Runnable moved = task(last);
        long time = times[last];
        long sequence = sequences[last];
        tasks[last] = null;
        if (last > 0) {
            int place = 0;
            for (int child = 1; child < last; child = 2 * place + 1) {
                if (child + 1 < last && isBefore(child + 1, times[child], sequences[child])) {
                    child++;
                }
                if (!isBefore(child, time, sequence)) {
                    break;
                }
                move(child, place);
                place = child;
            }
            put(place, time, sequence, moved);
        }
        return first;
    }

    private Runnable task(int place) {
        Runnable task = tasks[place];
        if (task == null) {
            throw new IllegalStateException("nothing stands at place " + place);
        }
        return task;
    }

    private boolean isBefore(int place, long time, long sequence) {
        return times[place] < time || (times[place] == time && sequences[place] < sequence);
    }

    private void move(int from, int to) {
        times[to] = times[from];
        sequences[to] = sequences[from];
        tasks[to] = tasks[from];
    }

    private void put(int place, long time, long sequence, Runnable task) {
        times[place] = time;
        sequences[place] = sequence;
        tasks[place] = task;
    }
}
