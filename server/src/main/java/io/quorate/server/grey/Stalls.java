package io.quorate.server.grey;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Notices when the process stands still, whatever for: it is to be told at equal intervals that time goes on, and is told late after a
 * pause. For one thread.
 */
final class Stalls {

    /** A beat, and how late it came. */
    private record Late(long nanos, long byNanos) {}

    private final long intervalNanos;
    private final long windowNanos;
    private final Deque<Late> recent = new ArrayDeque<>();
    private boolean begun;
    private long lastNanos;

    /**
     * Nothing has been noticed yet.
     *
     * @param intervalNanos from one beat to the next, if nothing stands still
     * @param windowNanos for how long a pause is remembered
     */
    Stalls(long intervalNanos, long windowNanos) {
        this.intervalNanos = intervalNanos;
        this.windowNanos = windowNanos;
    }

    /** It is this time, of a clock that never goes back. */
    void beat(long nowNanos) {
        long late = begun ? Math.max(0, nowNanos - lastNanos - intervalNanos) : 0;
        begun = true;
        lastNanos = nowNanos;
        // Only what no later one exceeds can ever be the longest.
        while (!recent.isEmpty() && recent.getLast().byNanos() <= late) {
            recent.removeLast();
        }
        recent.addLast(new Late(nowNanos, late));
    }

    /** The longest pause in the window. */
    long longestNanos(long nowNanos) {
        while (!recent.isEmpty() && nowNanos - recent.getFirst().nanos() > windowNanos) {
            recent.removeFirst();
        }
        return recent.isEmpty() ? 0 : recent.getFirst().byNanos();
    }
}
