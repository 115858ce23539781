package io.quorate.server.wire;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * The answers that wait to be taken by clients: all together may be so many bytes, and those of one connection half of that. Beyond that those
 * end that have waited longest, but never the last: one answer may be as large as the store has it. Thread-safe.
 *
 * <p>A stream joins when its client has not taken what was sent before, and leaves when it has: one that is taken slowly begins anew each time.
 */
final class UntakenAnswers {

    /** An answer with less does not count: its call, or its connection, costs as much. */
    static final int SMALL_BYTES = 1024;

    /** One call's, or one connection's that has a single one at a time. */
    interface Answer {

        /** Stands for the connection by which it goes. */
        Object connection();

        /** Ends the call, and lets go of what waits; on any thread, and not under a lock. */
        void endUntaken();
    }

    /** What waits of one connection. */
    private static final class OfConnection {
        private final LinkedHashSet<Answer> inOrder = new LinkedHashSet<>();
        private long held;
    }

    private final long limit;
    private final long limitOfOne;

    // ---- Guarded by this.
    private final LinkedHashMap<Answer, Long> inOrder = new LinkedHashMap<>();
    private final Map<Object, OfConnection> ofConnections = new HashMap<>();
    private long held;

    /** @param limit in bytes, of all answers together */
    UntakenAnswers(long limit) {
        this.limit = limit;
        this.limitOfOne = limit / 2;
    }

    /** So many bytes more wait. */
    void waits(Answer answer, long bytes) {
        join(answer, bytes).forEach(Answer::endUntaken);
    }

    /** Tells who has to end. */
    private synchronized List<Answer> join(Answer answer, long bytes) {
        var unused = inOrder.merge(answer, bytes, Long::sum);
        held += bytes;
        OfConnection own = ofConnections.computeIfAbsent(answer.connection(), connection -> new OfConnection());
        own.inOrder.add(answer);
        own.held += bytes;
        List<Answer> ended = new ArrayList<>();
        while (own.held > limitOfOne && own.inOrder.size() > 1) {
            ended.add(own.inOrder.getFirst());
            taken(own.inOrder.getFirst());
        }
        while (held > limit && inOrder.size() > 1) {
            Answer first = inOrder.firstEntry().getKey();
            ended.add(first);
            taken(first);
        }
        return ended;
    }

    /** The client has taken what was sent, or is gone. */
    synchronized void taken(Answer answer) {
        Long bytes = inOrder.remove(answer);
        if (bytes != null) {
            left(answer, bytes);
            OfConnection own = ofConnections.get(answer.connection());
            if (own != null && own.inOrder.remove(answer) && own.inOrder.isEmpty()) {
                ofConnections.remove(answer.connection());
            }
        }
    }

    /** The client has taken so much of it. */
    synchronized void taken(Answer answer, long bytes) {
        Long waiting = inOrder.get(answer);
        if (waiting != null && waiting > bytes) {
            inOrder.replace(answer, waiting - bytes);
            left(answer, bytes);
        } else {
            taken(answer);
        }
    }

    private void left(Answer answer, long bytes) {
        held -= bytes;
        OfConnection own = ofConnections.get(answer.connection());
        if (own != null) {
            own.held -= bytes;
        }
    }

    synchronized long heldBytes() {
        return held;
    }
}
