package io.quorate.core;

import io.quorate.core.quorum.MemberId;
import java.util.Optional;

/**
 * Brings a snapshot to a follower that needs entries which are compacted (paper section 7), one piece at a time: the
 * follower names the offset that it wants next, so what is lost, repeated or resumed needs no rule of its own.
 *
 * <p>A transfer belongs to one leader in one term: the same snapshot of another member may have other bytes.
 */
final class SnapshotTransfer {

    private final NodeState node;
    private final Effects effects;
    private Optional<Incoming> incoming = Optional.empty();

    /** The transfer that this member receives. */
    private static final class Incoming {
        private final MemberId from;
        private final long term;
        private final SnapshotMeta snapshot;
        private final long total;
        private long nextOffset;
        private boolean storing;
        private boolean keepLogTail;

        Incoming(MemberId from, Message.SnapshotChunk chunk) {
            this.from = from;
            this.term = chunk.term();
            this.snapshot = chunk.snapshot();
            this.total = chunk.total();
        }

        boolean isOf(MemberId sender, Message.SnapshotChunk chunk) {
            return from.equals(sender)
                    && term == chunk.term()
                    && snapshot.last().equals(chunk.snapshot().last())
                    && total == chunk.total();
        }
    }

    SnapshotTransfer(NodeState node, Effects effects) {
        this.node = node;
        this.effects = effects;
    }

    // --- the follower's half

    /** The sender is followed already. */
    void handle(MemberId from, Message.SnapshotChunk chunk) {
        if (node.installingSnapshot()) {
            return;
        }
        SnapshotMeta snapshot = chunk.snapshot();
        if (snapshot.last().index() <= node.commitIndex() && !node.lacksStateOf(snapshot)) {
            // What is committed here equals what the snapshot covers. After the sync: it may not be durable yet.
            incoming = Optional.empty();
            effects.sendAfterSync(
                    from, new Message.SnapshotChunkResponse(node.term(), snapshot.last(), chunk.total(), true));
            return;
        }
        if (incoming.isPresent() && incoming.get().storing) {
            // One piece is being stored; its answer goes out first.
            return;
        }
        if (incoming.isEmpty() || !incoming.get().isOf(from, chunk)) {
            incoming = Optional.of(new Incoming(from, chunk));
        }
        Incoming transfer = incoming.get();
        if (chunk.offset() == transfer.nextOffset) {
            transfer.storing = true;
            effects.add(new Effect.StoreSnapshotChunk(snapshot, chunk.offset(), chunk.length(), chunk.total()));
        } else {
            askForNext(transfer);
        }
    }

    void stored(Event.SnapshotChunkStored event) {
        if (incoming.isEmpty()
                || !incoming.get().snapshot.last().equals(event.snapshot().last())) {
            return;
        }
        Incoming transfer = incoming.get();
        boolean progress = event.nextOffset() > transfer.nextOffset;
        transfer.storing = false;
        transfer.nextOffset = event.nextOffset();
        if (!event.complete()) {
            // What could not be stored, or turned out to be damaged, comes again when the leader has missed an
            // answer for a while: asked for at once, it would come as fast as the network can bring it.
            if (progress) {
                askForNext(transfer);
            }
            return;
        }
        boolean overtaken =
                transfer.snapshot.last().index() <= node.commitIndex() && !node.lacksStateOf(transfer.snapshot);
        if (overtaken || !(node.role() instanceof Follower)) {
            // A candidate may be about to lead, and a leader's log is not replaced. The next leader sends anew.
            incoming = Optional.empty();
            return;
        }
        // A log that contradicts the snapshot's last entry is worthless as a whole (corner case 21).
        transfer.keepLogTail = node.log().matches(transfer.snapshot.last());
        BrokenInvariantException.require(
                transfer.keepLogTail || transfer.snapshot.last().index() > node.commitIndex(),
                () -> "the leader's snapshot at " + transfer.snapshot.last() + " contradicts what is committed here");
        node.installationBegins();
        effects.add(new Effect.InstallSnapshot(transfer.snapshot, transfer.keepLogTail));
    }

    private void askForNext(Incoming transfer) {
        if (transfer.term == node.term()) {
            effects.send(
                    transfer.from,
                    new Message.SnapshotChunkResponse(
                            node.term(), transfer.snapshot.last(), transfer.nextOffset, false));
        }
    }

    void installed(SnapshotMeta snapshot) {
        BrokenInvariantException.require(
                node.installingSnapshot()
                        && incoming.isPresent()
                        && incoming.get().snapshot.last().equals(snapshot.last()),
                () -> "snapshot " + snapshot.last() + " was installed and not asked for");
        Incoming transfer = incoming.get();
        incoming = Optional.empty();
        node.installed(transfer.snapshot, transfer.keepLogTail);
        // To whoever leads by now: the snapshot holds committed entries alone, which every later leader has.
        node.leader()
                .ifPresent(leader -> effects.sendAfterSync(
                        leader, new Message.SnapshotChunkResponse(node.term(), snapshot.last(), transfer.total, true)));
    }

    // --- the leader's half

    void handle(FollowerProgress follower, Message.SnapshotChunkResponse response) {
        if (response.installed()) {
            BrokenInvariantException.require(
                    response.snapshot().index() <= node.log().lastIndex(),
                    () -> follower.member() + " installed " + response.snapshot() + " from beyond this log");
            follower.snapshotInstalled(response.snapshot());
        } else {
            follower.snapshotTransfer()
                    .filter(sending -> sending.snapshot().last().equals(response.snapshot()))
                    .ifPresent(sending -> sending.wanted(response.nextOffset()));
        }
    }

    // --- snapshots of this member's own

    void taken(Event.SnapshotTaken event) {
        EntryId last = event.snapshot().last();
        if (last.index() <= node.snapshot().last().index() || node.installingSnapshot() || node.stateMissing()) {
            // A received snapshot is, or will be, ahead of it.
            return;
        }
        BrokenInvariantException.require(
                last.index() <= node.appliedIndex() && node.log().matches(last),
                () -> "a snapshot at " + last + " of what was not applied");
        node.snapshotTaken(event.snapshot());
        long compactIndex = Math.min(event.compactIndex(), last.index());
        if (compactIndex > node.log().start().index()) {
            node.compactTo(compactIndex);
            effects.add(new Effect.CompactLog(compactIndex));
        }
        if (node.role() instanceof Leader leader) {
            // The old snapshot is gone: transfers of it begin anew.
            for (FollowerProgress follower : leader.followers()) {
                if (follower.state() instanceof ProgressState.Snapshot) {
                    follower.sendSnapshot(node.snapshot());
                } else if (follower.requestedSnapshot().isPresent()) {
                    follower.sendRequestedSnapshot(node.snapshot());
                }
            }
        }
    }
}
