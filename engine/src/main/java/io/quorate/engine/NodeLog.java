package io.quorate.engine;

import io.quorate.core.Effect;
import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import io.quorate.engine.log.LogWriter;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.log.Synced;
import io.quorate.engine.log.WriteBatch;
import io.quorate.engine.transport.PeerFrame;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The loop's side of the log: entries go into it, batches of writes to its writer, and what waits for a batch to be durable
 * is done when it is; messages get the entries from it that they name.
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

    /** What was made last in this batch of events: followers that are equally far get the same message, one after the other. */
    private Optional<PeerFrame.Raft> lastFrame = Optional.empty();

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

    /**
     * Compares what a leader says of its log with this one, wherever the two name the same entry. By the Log Matching
     * property they must hold the same up to there, whatever terms have come since; so a difference is never overwritten
     * nor acknowledged.
     *
     * @param prevChain the chain hash of the leader's log at the entry before the batch, if it is known
     * @return where the logs differ in content, if they do
     */
    Optional<LogDivergedException> compare(
            Message.AppendRequest request, OptionalLong prevChain, List<EntryFrame> entries) {
        if (log.holds(request.prev())) {
            Optional<LogDivergedException> before = prevChain.isPresent()
                    ? compare(request.prev(), prevChain.getAsLong())
                    : continuation(request.prev(), entries);
            if (before.isPresent()) {
                return before;
            }
        }
        // The last of the entries that are here already speaks for all before it.
        long first = request.entries().firstIndex();
        for (long at = Math.min(request.entries().lastIndex(), log.lastId().index()); at >= first; at--) {
            EntryFrame entry = entries.get((int) (at - first));
            if (log.holds(entry.id())) {
                return compare(entry.id(), entry.chainHash());
            }
        }
        return Optional.empty();
    }

    /** Whether entries whose leader does not know the hash before them continue this log there. */
    private Optional<LogDivergedException> continuation(EntryId prev, List<EntryFrame> entries) {
        if (entries.isEmpty()) {
            return Optional.empty();
        }
        EntryFrame first = entries.getFirst();
        OptionalLong own = LogReads.chainHashAt(log, prev.index());
        if (own.isEmpty() || first.continues(own.getAsLong())) {
            return Optional.empty();
        }
        return Optional.of(new LogDivergedException(first.id(), first.chainAfter(own.getAsLong()), first.chainHash()));
    }

    private Optional<LogDivergedException> compare(EntryId id, long leadersHash) {
        OptionalLong own = LogReads.chainHashAt(log, id.index());
        return own.isPresent() && own.getAsLong() != leadersHash
                ? Optional.of(new LogDivergedException(id, own.getAsLong(), leadersHash))
                : Optional.empty();
    }

    /**
     * Takes over the chain hash at the end of this log, if it is not known, from the leader that is followed, and from nobody else: whoever
     * could say another one would have all honest leaders contradict it later.
     */
    void learn(Message.AppendRequest request, OptionalLong prevChain, List<EntryFrame> entries) {
        EntryId last = log.lastId();
        if (request.prev().equals(last)) {
            prevChain.ifPresent(log::learnChainHash);
            return;
        }
        long at = last.index() - request.entries().firstIndex();
        if (at >= 0 && at < entries.size() && entries.get((int) at).id().equals(last)) {
            log.learnChainHash(entries.get((int) at).chainHash());
        }
    }

    /** Appends those of the leader's entries that the core names. */
    void append(Effect.AppendReceived append, List<EntryFrame> received) {
        for (EntryFrame entry : received) {
            if (entry.index() >= append.firstIndex() && entry.index() <= append.lastIndex()) {
                if (!log.appendIfContinued(entry)) {
                    long previous = LogReads.chainHashAt(log, entry.index() - 1).orElseThrow();
                    throw new LogDivergedException(entry.id(), entry.chainAfter(previous), entry.chainHash());
                }
            }
        }
    }

    /** A message as it goes to others: with the entries that it names, and the chain hash of the one before them. */
    @SuppressWarnings("ReferenceEquality") // The same object is the same message; for an equal one it is made anew.
    PeerFrame frame(Message message) {
        if (!(message instanceof Message.AppendRequest append)) {
            return new PeerFrame.Raft(group, message);
        }
        if (lastFrame.isEmpty() || lastFrame.get().message() != message) {
            lastFrame = Optional.of(frame(append));
        }
        return lastFrame.get();
    }

    private PeerFrame.Raft frame(Message.AppendRequest append) {
        List<EntryFrame> entries = append.entries().isEmpty()
                ? List.of()
                : LogReads.read(
                        log, append.entries().firstIndex(), append.entries().lastIndex());
        OptionalLong prevChain = LogReads.chainHashAt(log, append.prev().index());
        return new PeerFrame.Raft(group, append, entries, prevChain);
    }

    /**
     * Hands what has gathered to the writer.
     *
     * @return false if the writer takes no more
     */
    boolean submit() {
        // It holds entries, which need not stay in memory for it.
        lastFrame = Optional.empty();
        if (!log.hasPending()) {
            return true;
        }
        WriteBatch pending = log.takePending().orElseThrow();
        lastTicket = pending.ticket();
        underWay.add(new WriteUnderWay(lastTicket, clock.nanoTime()));
        return writer.submit(pending);
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

    /** Whether something that was submitted waits for room. */
    boolean waitsForRoom() {
        return writer.waitsForRoom();
    }

    /** A moment in which the writer may do what can wait. */
    void idle() {
        writer.idle();
    }

    void close() {
        writer.close();
    }
}
