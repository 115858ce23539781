package io.quorate.server.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The answers of gRPC that wait to be taken by clients: all together may be so many bytes. Beyond that those end that have waited longest,
 * but never the last: one answer may be as large as the store has it. Thread-safe.
 *
 * <p>A stream joins when its client has not taken what was sent before, and leaves when it has: one that is taken slowly begins anew each time.
 */
final class UntakenAnswers {

    /** One call's. */
    interface Answer {

        /** Ends the call, and lets go of what waits; on any thread, and not under a lock. */
        void endUntaken();
    }

    private final long limit;

    // ---- Guarded by this.
    private final LinkedHashMap<Answer, Long> inOrder = new LinkedHashMap<>();
    private long held;

    /** @param limit in bytes, of all answers together */
    UntakenAnswers(long limit) {
        this.limit = limit;
    }

    /** So many bytes more wait. */
    void waits(Answer answer, long bytes) {
        join(answer, bytes).forEach(Answer::endUntaken);
    }

    /** Tells who has to end. */
    private synchronized List<Answer> join(Answer answer, long bytes) {
        var unused = inOrder.merge(answer, bytes, Long::sum);
        held += bytes;
        List<Answer> ended = new ArrayList<>();
        while (held > limit && inOrder.size() > 1) {
            Map.Entry<Answer, Long> first = inOrder.pollFirstEntry();
            held -= first.getValue();
            ended.add(first.getKey());
        }
        return ended;
    }

    /** The client has taken what was sent, or is gone. */
    synchronized void taken(Answer answer) {
        Long bytes = inOrder.remove(answer);
        if (bytes != null) {
            held -= bytes;
        }
    }

    synchronized long heldBytes() {
        return held;
    }
}
