package io.quorate.engine;

import io.quorate.core.BrokenInvariantException;
import io.quorate.core.EntryId;
import io.quorate.core.SnapshotMeta;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.RaftLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The way of committed entries to the state machine, in pieces of bounded size, so that a long replay takes bounded
 * memory.
 */
final class CommittedEntries<R> {

    private static final long PIECE_BYTES = 1 << 20;
    private static final long UNDER_WAY_BYTES = 8 << 20;

    private record Piece(long lastIndex, long bytes) {}

    private final RaftLog log;
    private final Proposals<R> proposals;
    private final Applier<R> applier;
    private final Milestones milestones;
    private final ArrayDeque<Piece> underWay = new ArrayDeque<>();
    private long underWayBytes;
    private long commitIndex;
    private EntryId handed;
    private long appliedIndex;
    private boolean stateMissing;
    private final boolean witness;

    /**
     * @param applied what the state machine stands at
     * @param stateMissing it stands nowhere, and gets nothing before {@link #skipTo}; no read is served until then
     * @param witness whether commands are here without their content, so that there is nothing to apply
     */
    CommittedEntries(
            RaftLog log,
            Proposals<R> proposals,
            Applier<R> applier,
            Milestones milestones,
            EntryId applied,
            boolean stateMissing,
            boolean witness) {
        this.witness = witness;
        this.log = log;
        this.proposals = proposals;
        this.applier = applier;
        this.milestones = milestones;
        this.handed = applied;
        this.commitIndex = applied.index();
        this.appliedIndex = stateMissing ? -1 : applied.index();
        this.stateMissing = stateMissing;
    }

    /** Everything up to this index is committed and durable here. */
    void commit(long upToIndex) {
        commitIndex = Math.max(commitIndex, upToIndex);
        milestones.committed(commitIndex);
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
        while (!stateMissing && handed.index() < commitIndex && underWayBytes < UNDER_WAY_BYTES) {
            long first = handed.index() + 1;
            long last = log.lastIndexWithin(first, commitIndex, PIECE_BYTES);
            long bytes = log.bytes(first, last);
            underWay.add(new Piece(last, bytes));
            underWayBytes += bytes;
            applier.apply(chunk(LogReads.read(log, first, last)));
            milestones.forgetTo(last);
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
                    if (waiter.isPresent()) {
                        milestones.stamp(waiter.get(), entry);
                    }
                    commands.add(new StateMachine.Command(entry.id(), entry.payload()));
                    waiters.add(waiter);
                }
                case WITNESSED -> {
                    if (!witness) {
                        throw new BrokenInvariantException(
                                "entry " + entry.id() + " is to be applied, and is here without its command");
                    }
                    waiter.ifPresent(proposal -> proposal.fail(new RaftException.Witness(true)));
                }
                case CONFIGURATION, NO_OP -> {}
            }
        }
        return new Applier.Chunk<>(commands, waiters, handed.index());
    }

    /**
     * A snapshot takes the place of what was to be handed over. The state machine does not stand there before it says so:
     * until then no read may be served from it.
     */
    void skipTo(SnapshotMeta snapshot) {
        stateMissing = false;
        proposals.skipTo(snapshot.last().index());
        handed = snapshot.last();
        commitIndex = Math.max(commitIndex, handed.index());
    }

    /** The last index that was handed to the applier. */
    long handedIndex() {
        return handed.index();
    }

    long appliedIndex() {
        return appliedIndex;
    }
}
