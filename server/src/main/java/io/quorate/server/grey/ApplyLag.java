package io.quorate.server.grey;

import java.util.ArrayDeque;
import java.util.Deque;

/** For how long what is committed waits until it is applied, as it is seen again and again. For one thread. */
final class ApplyLag {

    /** Everything up to this index was seen to be committed at this time, and not before. */
    private record Committed(long nanos, long index) {}

    /** More would tell nothing: so many looks ago is far beyond what is failing. */
    private static final int MAX_KEPT = 1_000;

    private final Deque<Committed> waiting = new ArrayDeque<>();
    private long lastIndex;

    /** What is committed and what is applied at this time, of a clock that never goes back. */
    void saw(long nowNanos, long commitIndex, long appliedIndex) {
        if (commitIndex > lastIndex && waiting.size() < MAX_KEPT) {
            waiting.addLast(new Committed(nowNanos, commitIndex));
            lastIndex = commitIndex;
        }
        while (!waiting.isEmpty() && waiting.getFirst().index() <= appliedIndex) {
            waiting.removeFirst();
        }
    }

    /** How long the oldest has waited of what was seen to be committed, or less by the time between two looks; 0 if all is applied. */
    long nanos(long nowNanos) {
        return waiting.isEmpty() ? 0 : nowNanos - waiting.getFirst().nanos();
    }
}
