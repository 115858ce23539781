package io.quorate.engine;

import io.quorate.core.EntryId;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.engine.log.ConfigurationCodec;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.RaftLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The way of committed entries to the state machine, in pieces of bounded size, so that a long replay takes bounded
 * memory; and the configuration in force at what has been handed over.
 */
final class CommittedEntries<R> {

    private static final long PIECE_BYTES = 1 << 20;
    private static final long UNDER_WAY_BYTES = 8 << 20;

    private record Piece(long lastIndex, long bytes) {}

    private final RaftLog log;
    private final Proposals<R> proposals;
    private final Applier<R> applier;
    private final ArrayDeque<Piece> underWay = new ArrayDeque<>();
    private long underWayBytes;
    private long commitIndex;
    private EntryId handed;
    private long appliedIndex;
    private final NavigableMap<Long, Configuration> configurations = new TreeMap<>();

    /**
     * @param applied what the state machine stands at
     * @param configurations those in force from the log's start on, by the index that brought them
     */
    CommittedEntries(
            RaftLog log,
            Proposals<R> proposals,
            Applier<R> applier,
            EntryId applied,
            NavigableMap<Long, Configuration> configurations) {
        this.log = log;
        this.proposals = proposals;
        this.applier = applier;
        this.handed = applied;
        this.commitIndex = applied.index();
        this.appliedIndex = applied.index();
        this.configurations.putAll(configurations);
    }

    /** Everything up to this index is committed and durable here. */
    void commit(long upToIndex) {
        commitIndex = Math.max(commitIndex, upToIndex);
        handOver();
    }

    /** The state machine has reached this index. */
    void applied(long index) {
        appliedIndex = Math.max(appliedIndex, index);
        while (!underWay.isEmpty() && underWay.peek().lastIndex <= index) {
            underWayBytes -= underWay.remove().bytes;
        }
        handOver();
    }

    private void handOver() {
        while (handed.index() < commitIndex && underWayBytes < UNDER_WAY_BYTES) {
            long first = handed.index() + 1;
            long last = log.lastIndexWithin(first, commitIndex, PIECE_BYTES);
            long bytes = log.bytes(first, last);
            underWay.add(new Piece(last, bytes));
            underWayBytes += bytes;
            applier.apply(chunk(log.read(first, last)));
        }
    }

    private Applier.Chunk<R> chunk(List<EntryFrame> entries) {
        List<StateMachine.Command> commands = new ArrayList<>(entries.size());
        List<Optional<Proposal<R>>> waiters = new ArrayList<>(entries.size());
        for (EntryFrame entry : entries) {
            handed = entry.id();
            Optional<Proposal<R>> waiter = proposals.takeApplied(entry.term(), entry.index());
            switch (entry.kind()) {
                case COMMAND -> {
                    commands.add(new StateMachine.Command(entry.id(), entry.payload()));
                    waiters.add(waiter);
                }
                case CONFIGURATION -> take(entry);
                case NO_OP -> {}
            }
        }
        return new Applier.Chunk<>(commands, waiters, handed.index());
    }

    private void take(EntryFrame entry) {
        try {
            configurations.put(entry.index(), ConfigurationCodec.decode(entry.payload()));
        } catch (CorruptFrameException e) {
            throw new IllegalStateException("the committed configuration " + entry.id() + " can't be read", e);
        }
    }

    /** A snapshot took the place of the state machine's state. */
    void skipTo(SnapshotMeta snapshot) {
        proposals.skipTo(snapshot.last().index());
        handed = snapshot.last();
        commitIndex = Math.max(commitIndex, handed.index());
        appliedIndex = Math.max(appliedIndex, handed.index());
        configurations.clear();
        configurations.put(snapshot.configurationIndex(), snapshot.configuration());
    }

    /** What a snapshot stands for that is captured after everything that was handed over so far. */
    SnapshotMeta handedOver() {
        return startAt(handed);
    }

    /** A start of the log behind this applied entry, with the configuration in force there. */
    SnapshotMeta startAt(EntryId id) {
        Map.Entry<Long, Configuration> inForce = configurations.floorEntry(id.index());
        return new SnapshotMeta(id, inForce.getValue(), inForce.getKey());
    }

    long appliedIndex() {
        return appliedIndex;
    }
}
