package io.quorate.engine;

import io.quorate.core.Effect;
import io.quorate.core.EntryId;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import io.quorate.engine.log.LogWriter;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.log.Synced;
import io.quorate.engine.log.WriteBatch;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/**
 * The loop's side of the log: entries go into it, batches of writes to its writer, and what waits for a batch to be durable
 * is done when it is.
 */
final class NodeLog {

    /** A write that the log was asked for, and when. */
    private record WriteUnderWay(long ticket, long beginNanos) {}

    private final int group;
    private final Clock clock;
    private final EngineMetrics metrics;
    private final RaftLog log;
    private final LogWriter writer;
    private final AfterSync afterSync = new AfterSync();
    private final ArrayDeque<WriteUnderWay> underWay = new ArrayDeque<>();
    private long lastTicket;

    NodeLog(NodeParts<?> parts, LogWriter.Listener listener) {
        this.group = parts.options().group();
        this.clock = parts.ports().clock();
        this.metrics = parts.metrics();
        this.log = parts.log();
        this.writer = new LogWriter(
                parts.logFiles(), parts.ports().logWriter(), parts.ports().background(), listener);
    }

    /** Appends an entry of this member's own. */
    void append(EntryId id, EntryKind kind, ByteBuffer payload) {
        long previous = LogReads.chainHashAt(log, id.index() - 1)
                .orElseThrow(() -> new IllegalStateException(
                        "the chain hash at " + (id.index() - 1) + " is not known, so nothing can be appended"));
        log.append(EntryFrame.encode(group, id, kind, previous, payload));
    }

    /** Appends those of the leader's entries that the core names. */
    void append(Effect.AppendReceived append, List<EntryFrame> received) {
        for (EntryFrame entry : received) {
            if (entry.index() >= append.firstIndex() && entry.index() <= append.lastIndex()) {
                if (!log.isContinuedBy(entry)) {
                    throw new LogDivergedException(entry.id());
                }
                log.append(entry);
            }
        }
    }

    /**
     * Hands what has gathered to the writer.
     *
     * @return false if the writer takes no more
     */
    boolean submit() {
        Optional<WriteBatch> pending = log.takePending();
        if (pending.isEmpty()) {
            return true;
        }
        lastTicket = pending.get().ticket();
        underWay.add(new WriteUnderWay(lastTicket, clock.nanoTime()));
        return writer.submit(pending.get());
    }

    /** Does it when all that was asked to be written so far, be it handed to the writer yet or not, is durable. */
    void afterSync(Runnable action) {
        afterSync.run(log.hasPending() ? lastTicket + 1 : lastTicket, action);
    }

    /** Notes what has become durable. Returns the last entry among it, if it was not overwritten since. */
    Optional<EntryId> written(Synced synced) {
        while (!underWay.isEmpty() && underWay.peek().ticket <= synced.ticket()) {
            metrics.logSynced(clock.nanoTime() - underWay.remove().beginNanos);
        }
        return log.synced(synced);
    }

    /** Does what waited for it. */
    void release(Synced synced) {
        afterSync.synced(synced.ticket());
    }

    /** Whether there is room for more of the log, as far as is known. */
    boolean hasRoom() {
        return writer.hasRoom();
    }

    /** A moment in which the writer may do what can wait. */
    void idle() {
        writer.idle();
    }

    void close() {
        writer.close();
    }
}
