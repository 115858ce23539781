package io.quorate.core;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Brings the leader's log to its followers and commits it: the leader's half of AppendEntries (paper section 5.3, 5.4).
 *
 * <p>Entries leave at a flush alone, so that proposals and acknowledgements that were handled together are sent
 * together. The leader's own log counts like a follower's: as far as it is durable (corner case 13).
 */
final class Replication {

    private final NodeState node;
    private final Effects effects;
    private final LogSizes sizes;
    private final LeadershipTransfer transfer;
    private long messagesSent;
    private long fullMessages;
    private long messagesUnderWay;
    private long heldBack;

    Replication(NodeState node, Effects effects, LogSizes sizes, LeadershipTransfer transfer) {
        this.node = node;
        this.effects = effects;
        this.sizes = sizes;
        this.transfer = transfer;
    }

    // --- proposals and commitment

    void propose(int count, long bytes) {
        Optional<Rejection> rejection = rejection(bytes);
        if (rejection.isPresent()) {
            effects.add(new Effect.RejectProposals(rejection.get()));
        } else if (node.role() instanceof Leader leader) {
            EntryId first = new EntryId(node.term(), node.log().lastIndex() + 1);
            node.log().append(node.term(), first.index() + count - 1);
            leader.proposed(bytes);
            effects.add(new Effect.AppendProposals(first, count));
        }
    }

    private Optional<Rejection> rejection(long bytes) {
        if (!(node.role() instanceof Leader leader)) {
            return Optional.of(node.leader().isPresent() ? Rejection.NOT_LEADER : Rejection.NO_LEADER);
        }
        if (transfer.inProgress()) {
            return Optional.of(Rejection.TRANSFER_IN_PROGRESS);
        }
        // With nothing uncommitted even a proposal over the bound is taken, or it never could be.
        boolean full = leader.uncommittedBytes() > 0
                && leader.uncommittedBytes() + bytes > node.options().maxUncommittedBytes();
        return full ? Optional.of(Rejection.TOO_MANY_UNCOMMITTED) : Optional.empty();
    }

    void logSynced(Leader leader) {
        if (node.log().syncedIndex() >= leader.firstIndex()) {
            // The hard state was written before the term's first entry.
            leader.termIsDurable();
        }
        advanceCommitIndex(leader);
    }

    private void advanceCommitIndex(Leader leader) {
        long index = node.quorum()
                .committedIndex(
                        member -> member.equals(node.self()) ? node.log().syncedIndex() : leader.matchIndex(member));
        // Entries of earlier terms are committed by counting only together with one of this term (paper figure 8).
        long committed = node.commitIndex();
        if (index >= leader.firstIndex() && node.commitTo(index)) {
            leader.committed(sizes.bytes(committed + 1, index));
        }
    }

    // --- answers

    void handle(Leader leader, FollowerProgress follower, Message.AppendAccepted response) {
        long index = response.matchIndex();
        BrokenInvariantException.require(
                index <= node.log().lastIndex(),
                () -> follower.member() + " acknowledged " + index + " though the log ends at "
                        + node.log().lastIndex());
        boolean news = index > follower.matchIndex();
        follower.matched(index);
        switch (follower.state()) {
            case ProgressState.Probe probe -> follower.replicate();
            case ProgressState.Replicate replicate -> {
                replicate.inflight().freeUpTo(index);
                replicate.answered();
            }
            case ProgressState.Snapshot snapshot -> {
                // It may have got there by another way: by the old leader's snapshot, say.
                if (follower.matchIndex() >= node.log().start().index()) {
                    follower.replicate();
                }
            }
        }
        if (news) {
            advanceCommitIndex(leader);
        }
    }

    /**
     * Skips with the follower's hint whatever of its log cannot match, and with the own log's terms whatever cannot
     * match of this one: one round trip for each term in which they differ, at worst.
     */
    void handle(FollowerProgress follower, Message.AppendRejected response) {
        long rejected = response.rejectedPrevIndex();
        if (rejected <= follower.matchIndex()) {
            return;
        }
        switch (follower.state()) {
            case ProgressState.Probe probe -> {
                if (rejected == follower.nextIndex() - 1) {
                    follower.probeFrom(Math.min(mayAgreeAt(response.hint()), rejected - 1) + 1);
                }
            }
            case ProgressState.Replicate replicate -> follower.probeFrom(follower.matchIndex() + 1);
            case ProgressState.Snapshot snapshot -> {}
        }
    }

    private long mayAgreeAt(EntryId hint) {
        return hint.index() < node.log().start().index()
                ? hint.index()
                : node.log().lastAtOrBelow(hint.index(), hint.term()).index();
    }

    void unreachable(FollowerProgress follower) {
        if (follower.state() instanceof ProgressState.Replicate) {
            follower.probeFrom(follower.matchIndex() + 1);
        }
    }

    // --- sending

    void flush(Leader leader) {
        if (!leader.termDurable()) {
            return;
        }
        for (FollowerProgress follower : leader.followers()) {
            boolean prevCompacted = follower.nextIndex() <= node.log().start().index();
            switch (follower.state()) {
                case ProgressState.Probe probe -> {
                    if (prevCompacted) {
                        beginSnapshot(follower);
                    } else if (!probe.paused()) {
                        probe(leader, follower, probe);
                    }
                }
                case ProgressState.Replicate replicate -> {
                    if (prevCompacted) {
                        beginSnapshot(follower);
                    } else {
                        replicate(leader, follower, replicate);
                    }
                }
                case ProgressState.Snapshot snapshot -> sendChunk(follower, snapshot);
            }
            if (follower.requestedSnapshot().isPresent()) {
                sendChunk(follower, follower.requestedSnapshot().get());
            }
        }
    }

    /** A follower that leaves the cluster is told, once, what is committed: the entry that removes it. */
    void takeLeave(Leader leader, FollowerProgress follower) {
        if (follower.state() instanceof ProgressState.Replicate
                && follower.nextIndex() > node.log().start().index()) {
            sendEmpty(leader, follower);
        }
    }

    /**
     * Up to where entries may go to a follower. To a witness goes only what the leader has durably; or, of a half of the voters that it
     * does not belong to any more, one that may lead. So as long as no disk is lost, a voter that may lead has a log at least as long as
     * any witness's: what only a witness had, or with it one that never leads, of an entry that a crash took from the others, would keep
     * all of them from leading.
     */
    private long lastFor(Leader leader, FollowerProgress follower) {
        if (!node.isWitness(follower.member())) {
            return node.log().lastIndex();
        }
        Configuration present = node.configuration();
        long held = heldForLeading(leader, present.voters());
        return present.isJoint() ? Math.min(held, heldForLeading(leader, present.outgoingVoters())) : held;
    }

    /**
     * Others are not counted beside the leader, although one that may lead would do: whether another one may, it alone knows for certain. A
     * leader whose disk is silent leads for no longer than an election timeout.
     */
    private long heldForLeading(Leader leader, SortedSet<MemberId> voters) {
        if (voters.contains(node.self()) && mayLead(node.self())) {
            return node.log().syncedIndex();
        }
        long held = 0;
        for (MemberId voter : voters) {
            if (mayLead(voter)) {
                held = Math.max(
                        held,
                        leader.follower(voter)
                                .filter(other -> other.requestedSnapshot().isEmpty())
                                .map(FollowerProgress::matchIndex)
                                .orElse(0L));
            }
        }
        return held;
    }

    /** Witnesses have priority 0. */
    private boolean mayLead(MemberId voter) {
        return node.configuration().priority(voter) > 0;
    }

    private void probe(Leader leader, FollowerProgress follower, ProgressState.Probe probe) {
        long first = follower.nextIndex();
        long end = lastFor(leader, follower);
        if (probe.sentBefore() || first > end) {
            sendEmpty(leader, follower);
        } else {
            long last = sizes.lastIndexWithin(first, end, node.sendBounds().maxMessageBytes());
            send(leader, follower, first, last);
        }
        probe.sent();
    }

    private void replicate(Leader leader, FollowerProgress follower, ProgressState.Replicate replicate) {
        long last = lastFor(leader, follower);
        SendBounds bounds = node.sendBounds();
        long maxInflightBytes = node.options().maxInflightBytes();
        Inflight inflight = replicate.inflight();
        while (follower.nextIndex() <= last && inflight.hasRoom(bounds.maxInflightMessages(), maxInflightBytes)) {
            long first = follower.nextIndex();
            long batchLast = sizes.lastIndexWithin(first, last, bounds.maxMessageBytes());
            send(leader, follower, first, batchLast);
            inflight.add(batchLast, sizes.bytes(first, batchLast));
            follower.sentUpTo(batchLast);
            messagesSent++;
            messagesUnderWay += inflight.count();
            fullMessages += batchLast < last ? 1 : 0;
        }
        heldBack += follower.nextIndex() <= last ? 1 : 0;
        boolean commitIsNews = follower.commitIndexSent() < node.commitIndex() && follower.nextIndex() > last;
        if (commitIsNews || replicate.tailInDoubt()) {
            sendEmpty(leader, follower);
            replicate.tailAskedFor();
        }
    }

    /** What was sent, for those who look at how fast it goes. */
    SendCounts sendCounts() {
        return new SendCounts(messagesSent, fullMessages, messagesUnderWay, heldBack);
    }

    private void sendEmpty(Leader leader, FollowerProgress follower) {
        send(leader, follower, follower.nextIndex(), follower.nextIndex() - 1);
    }

    /** Sends the entries from {@code first} to {@code last}; none if that is the one before. */
    private void send(Leader leader, FollowerProgress follower, long first, long last) {
        Message.AppendRequest request = leader.lastRequest()
                .filter(sent -> isOf(sent, first, last))
                .orElseGet(() -> newRequest(leader, first, last));
        effects.send(follower.member(), request);
        follower.commitIndexSent(node.commitIndex());
    }

    private boolean isOf(Message.AppendRequest sent, long first, long last) {
        return sent.entries().firstIndex() == first
                && sent.entries().lastIndex() == last
                && sent.commitIndex() == node.commitIndex();
    }

    private Message.AppendRequest newRequest(Leader leader, long first, long last) {
        EntryBatch batch = last < first
                ? EntryBatch.empty(first)
                : new EntryBatch(
                        first,
                        node.log().terms(first, last),
                        node.configurations().between(first, last));
        Message.AppendRequest request =
                new Message.AppendRequest(node.term(), node.log().idAt(first - 1), batch, node.commitIndex());
        leader.lastRequest(request);
        return request;
    }

    // --- snapshots

    /** Only to a follower that is there to receive it. */
    private void beginSnapshot(FollowerProgress follower) {
        if (follower.heardWithin(node.options().electionTimeoutTicks())) {
            ProgressState.Snapshot snapshot = follower.sendSnapshot(node.snapshot());
            sendChunk(follower, snapshot);
        }
    }

    private void sendChunk(FollowerProgress follower, ProgressState.Snapshot snapshot) {
        if (!snapshot.awaitingAnswer() && follower.heardWithin(node.options().electionTimeoutTicks())) {
            effects.add(new Effect.SendSnapshotChunk(
                    follower.member(), node.term(), snapshot.snapshot(), snapshot.offset()));
            snapshot.sent();
        }
    }
}
