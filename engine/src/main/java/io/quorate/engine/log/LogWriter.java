package io.quorate.engine.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes batches durable, in order: whatever queued while the last sync ran goes out as one write and one sync.
 *
 * <p>Safe for use by many threads; batches must be submitted in the order of their tickets.
 */
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

    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

    private enum State {
        /** Nothing to do. */
        RESTING,
        /** A task runs, or is about to. */
        WRITING,
        /** A group is half written, and there is no room for the next segment. */
        STALLED,
        /** Failed: nothing is written any more. */
        FAILED
    }

    private final SpareSegments spares;
    private final GroupWriter writer;
    private final Executor writes;
    private final Executor preparation;
    private final Listener listener;
    private final Runnable draining = this::drain;

    private final Object lock = new Object();
    // Guarded by the lock.
    private List<WriteBatch> queue = new ArrayList<>();
    private State state = State.RESTING;
    private boolean accepting = true;
    private boolean durableMarkNeeded;
    private boolean durableMarkAsked;
    private boolean preparing;

    // Of the writing thread alone.
    private boolean halfWritten;
    private boolean stallTold;

    /**
     * Goes on where the recovery ended.
     *
     * @param writes runs the writing; tasks must not run beside each other
     * @param preparation prepares segments ahead; may be the same executor
     */
    public LogWriter(LogFiles files, Executor writes, Executor preparation, Listener listener) {
        this.spares = files.spares();
        this.writer = new GroupWriter(files, files.tail());
        this.durableMarkNeeded = writer.needsDurableMark();
        this.writes = writes;
        this.preparation = preparation;
        this.listener = listener;
    }

    /**
     * Queues a batch. Never blocks.
     *
     * @return false if the batch is refused, because the writer has failed or was closed
     */
    public boolean submit(WriteBatch batch) {
        synchronized (lock) {
            if (!accepting) {
                return false;
            }
            queue.add(batch);
            if (state != State.RESTING) {
                return true;
            }
            state = State.WRITING;
        }
        writes.execute(draining);
        return true;
    }

    /**
     * To be called on each tick: marks in the log how far it is durable, if something was synced since the last mark and
     * nothing is queued, so that later damage to the last batch is not taken for a torn write; and tries again to get room
     * for a segment if there was none.
     */
    public void idle() {
        boolean run;
        synchronized (lock) {
            durableMarkAsked = accepting && state == State.RESTING && durableMarkNeeded;
            run = durableMarkAsked || (accepting && state == State.STALLED);
            if (run) {
                state = State.WRITING;
            }
        }
        if (run) {
            writes.execute(draining);
        }
        prepareSpare();
    }

    /** For the writing thread: writes until nothing is left to do. */
    private void drain() {
        try {
            while (halfWritten || takeGroup()) {
                halfWritten = true;
                Synced synced = writer.write();
                halfWritten = false;
                markIfLast();
                listener.synced(synced);
                stallTold = false;
                prepareSpare();
            }
        } catch (NoRoomException e) {
            stall(e);
        } catch (IOException e) {
            fail(e);
        } catch (RuntimeException | Error e) {
            fail(new IOException("the log writer broke down: " + e, e));
        }
    }

    /**
     * Marks what is durable before anybody is told of it, unless a frame that follows does so: damage to the last frame
     * must not look like a write that was never finished, once it was acknowledged.
     */
    private void markIfLast() throws IOException {
        boolean last;
        synchronized (lock) {
            last = queue.isEmpty();
        }
        if (last) {
            writer.markDurable();
        }
    }

    /** Whether there was a group to begin; if not, the writer rests. */
    private boolean takeGroup() throws IOException {
        while (true) {
            synchronized (lock) {
                if (!queue.isEmpty()) {
                    writer.begin(queue);
                    queue = new ArrayList<>();
                    return true;
                }
                if (!durableMarkAsked) {
                    durableMarkNeeded = writer.needsDurableMark();
                    state = State.RESTING;
                    return false;
                }
                durableMarkAsked = false;
            }
            writer.markDurable();
        }
    }

    private void stall(NoRoomException cause) {
        if (!stallTold) {
            // It is tried again on each tick, and said once.
            stallTold = true;
            LOG.warn("The log waits: {}", cause.getMessage());
        }
        writer.completedBeforeNoRoom().ifPresent(listener::synced);
        synchronized (lock) {
            state = State.STALLED;
        }
    }

    private void fail(IOException cause) {
        synchronized (lock) {
            state = State.FAILED;
            accepting = false;
            queue = new ArrayList<>();
        }
        listener.failed(cause);
    }

    private void prepareSpare() {
        synchronized (lock) {
            if (preparing || !accepting || !spares.isEmpty()) {
                return;
            }
            preparing = true;
        }
        preparation.execute(() -> {
            try {
                spares.prepare();
            } catch (IOException e) {
                LOG.warn("No segment could be prepared ahead, it is tried again: {}", e.getMessage());
            } finally {
                synchronized (lock) {
                    preparing = false;
                }
            }
        });
    }

    /**
     * Whether room for the next segment is there, or expected. While it is not, proposals should be refused; what is
     * submitted nonetheless waits for room (corner case 26).
     */
    public boolean hasRoom() {
        return !spares.isExhausted();
    }

    /** Whether the last try to write what was submitted has found no room; it is tried again at each {@link #idle}. */
    public boolean waitsForRoom() {
        synchronized (lock) {
            return state == State.STALLED;
        }
    }

    /** Refuses further batches. What was queued is written by the executor still; it does not wait for that. */
    @Override
    public void close() {
        synchronized (lock) {
            accepting = false;
        }
    }
}
