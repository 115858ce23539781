package io.quorate.kv;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What keys were before revisions, remembered for a while: many watchers ask the same of each event, and each look-up would
 * open the history anew. Safe for threads.
 */
final class PreviousPairs {

    /** What one remembered pair costs besides its key and value. */
    private static final int OVERHEAD_BYTES = 150;

    private record Question(Bytes key, long revision) {}

    private final BiFunction<Bytes, Long, Optional<KeyValue>> history;
    private final long maxBytes;
    private final Map<Question, Optional<KeyValue>> remembered = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /**
     * Nothing is remembered yet.
     *
     * @param history tells the pair that a key was before a revision; may be called by several threads at once
     * @param maxBytes how much is remembered at the most
     */
    PreviousPairs(BiFunction<Bytes, Long, Optional<KeyValue>> history, long maxBytes) {
        this.history = history;
        this.maxBytes = maxBytes;
    }

    /** The pair that a key was before a revision; empty if there was none. To be asked only for what is not compacted. */
    Optional<KeyValue> before(Bytes key, long revision) {
        Question question = new Question(key, revision);
        synchronized (this) {
            Optional<KeyValue> known = remembered.get(question);
            if (known != null) {
                return known;
            }
        }
        Optional<KeyValue> found = history.apply(key, revision);
        remember(question, found);
        return found;
    }

    private synchronized void remember(Question question, Optional<KeyValue> found) {
        if (remembered.putIfAbsent(question, found) != null) {
            return;
        }
        bytes += bytes(question, found);
        Iterator<Map.Entry<Question, Optional<KeyValue>>> oldest =
                remembered.entrySet().iterator();
        while (bytes > maxBytes && oldest.hasNext()) {
            Map.Entry<Question, Optional<KeyValue>> entry = oldest.next();
            bytes -= bytes(entry.getKey(), entry.getValue());
            oldest.remove();
        }
    }

    private static long bytes(Question question, Optional<KeyValue> found) {
        return OVERHEAD_BYTES
                + question.key().size()
                + found.map(pair -> (long) pair.key().size() + pair.value().size())
                        .orElse(0L);
    }

    synchronized long rememberedBytes() {
        return bytes;
    }
}
