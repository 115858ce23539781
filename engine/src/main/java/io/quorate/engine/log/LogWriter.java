package io.quorate.engine.log;

import java.io.IOException;
import java.util.concurrent.Executor;

/**
 * Makes batches durable, in order: whatever queued while the last sync ran goes out as one write and one sync.
 *
 * <p>Safe for use by many threads; batches must be submitted in the order of their tickets.
 */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class LogWriter implements AutoCloseable {

    /** Is told what became of batches, by the thread that writes. Must not block. */
    public interface Listener {

        /** Once for each group; tickets increase. Batches that needed no sync are reported when they are written. */
        void synced(Synced synced);

        /**
         * A write or a sync failed: nothing that was in flight is trusted, and nothing is written any more (corner case
         * 24). Told once, last.
         */
        void failed(IOException cause);
    }

    /**
     * @param writes runs the writing; tasks must not run beside each other
     * @param preparation prepares segments ahead; may be the same executor
     */
    public LogWriter(LogFiles files, Executor writes, Executor preparation, Listener listener) {
        throw new UnsupportedOperationException();
    }

    /**
     * Queues a batch. Never blocks.
     *
     * @return false if the batch is refused, because the writer has failed or was closed
     */
    public boolean submit(WriteBatch batch) {
        throw new UnsupportedOperationException();
    }

    /**
     * To be called on each tick: marks in the log how far it is durable, if something was synced since the last mark and
     * nothing is queued, so that later damage to the last batch is not taken for a torn write; and tries again to get room
     * for a segment if there was none.
     */
    public void idle() {
        throw new UnsupportedOperationException();
    }

    /**
     * Whether room for the next segment is there, or expected. While it is not, proposals should be refused; what is
     * submitted nonetheless waits for room (corner case 26).
     */
    public boolean hasRoom() {
        throw new UnsupportedOperationException();
    }

    /** Refuses further batches. What was queued is written by the executor still; it does not wait for that. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
