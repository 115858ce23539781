package io.quorate.core;

import io.quorate.core.EntryBatch.TermRun;
import io.quorate.core.Suspicion.Kind;
import io.quorate.core.quorum.MemberId;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Judges what another member says before it counts: whether an honest one, whatever it has missed, could say it.
 *
 * <p>Raft takes members to fail and never to lie, so this proves some lies, and not that a message is true. Messages may have been lost,
 * repeated, delayed and reordered on their way, also across restarts, and members may have forgotten what was not durable: nothing of
 * that is suspicious. A member whose disk has lost what was durable may be suspected wrongly, and is wrong all the same.
 *
 * <p>What it remembers is of one term, and of members alone.
 */
final class Credibility {

    private final NodeState node;
    private final Set<MemberId> granted = new HashSet<>();
    private final Set<MemberId> campaigned = new HashSet<>();
    private long rememberedTerm;

    Credibility(NodeState node) {
        this.node = node;
    }

    /** What speaks against a message that was not handled yet; it is not to be handled then. */
    Optional<Suspicion> judge(MemberId from, Message message) {
        Optional<Suspicion> beyondBounds = MessageBounds.judge(message, node.term());
        if (beyondBounds.isPresent() || message.term() < node.term()) {
            return beyondBounds;
        }
        return switch (message) {
            case Message.AppendRequest request -> leader(from, request).or(() -> contradiction(request));
            case Message.Heartbeat heartbeat -> leader(from, heartbeat);
            case Message.SnapshotChunk chunk -> leader(from, chunk).or(() -> contradiction(chunk));
            case Message.TimeoutNow request -> leader(from, request);
            case Message.VoteRequest request -> candidate(from, request);
            case Message.VoteResponse response -> vote(from, response);
            case Message.AppendAccepted response -> acknowledgement(response);
            case Message.HeartbeatResponse response -> confirmation(response);
            case Message.SnapshotChunkResponse response -> installation(response);
            case Message.PreVoteRequest request -> Optional.empty();
            case Message.PreVoteResponse response -> Optional.empty();
            case Message.AppendRejected response -> Optional.empty();
            case Message.ReadIndexRequest request -> Optional.empty();
            case Message.ReadIndexResponse response -> Optional.empty();
            case Message.RepairRequest request -> Optional.empty();
            case Message.RepairResponse response -> Optional.empty();
            case Message.SnapshotRequest request -> Optional.empty();
        };
    }

    // --- one leader in a term, one vote of each member

    /** Said by the leader of its term alone. */
    private Optional<Suspicion> leader(MemberId from, Message message) {
        if (message.term() > node.term()) {
            return Optional.empty();
        }
        if (node.leader().isPresent() && !node.leader().get().equals(from)) {
            return suspicion(
                    Kind.TWO_LEADERS,
                    "acts as the leader of term " + node.term() + ", which member "
                            + node.leader().get() + " leads");
        }
        return remembers(granted, from) ? doubleVote("leads") : Optional.empty();
    }

    /** Whoever campaigns has given itself its vote. */
    private Optional<Suspicion> candidate(MemberId from, Message.VoteRequest request) {
        if (request.term() > node.term() || !hasCampaigned()) {
            return Optional.empty();
        }
        if (remembers(granted, from)) {
            return doubleVote("campaigns");
        }
        remember(campaigned, from);
        return Optional.empty();
    }

    private Optional<Suspicion> vote(MemberId from, Message.VoteResponse response) {
        if (!response.granted() || response.term() > node.term()) {
            return Optional.empty();
        }
        if (!hasCampaigned()) {
            // It may have forgotten that it asked, with the end of its log; and who is no candidate counts no votes.
            return Optional.empty();
        }
        if (remembers(campaigned, from)) {
            return doubleVote("campaigns");
        }
        remember(granted, from);
        return Optional.empty();
    }

    private Optional<Suspicion> doubleVote(String does) {
        return suspicion(
                Kind.DOUBLE_VOTE,
                does + " itself in term " + node.term() + ", in which it has given this member its vote");
    }

    /** Whether this member has asked for votes in its present term. */
    private boolean hasCampaigned() {
        return node.votedFor().filter(node.self()::equals).isPresent();
    }

    private boolean remembers(Set<MemberId> those, MemberId member) {
        return rememberedTerm == node.term() && those.contains(member);
    }

    private void remember(Set<MemberId> those, MemberId member) {
        if (rememberedTerm != node.term()) {
            rememberedTerm = node.term();
            granted.clear();
            campaigned.clear();
        }
        if (node.configuration().isMember(member)) {
            those.add(member);
        }
    }

    // --- what is committed stays

    /** Each leader of this term or a later one has all that is committed here (leader completeness, paper figure 3). */
    private Optional<Suspicion> contradiction(Message.AppendRequest request) {
        return contradiction(request.prev()).or(() -> contradiction(request.entries()));
    }

    /** Terms never become earlier in a log: where both ends of a run are the same in both, so is what lies between. */
    private Optional<Suspicion> contradiction(EntryBatch entries) {
        long first = entries.firstIndex();
        for (TermRun run : entries.terms()) {
            long from = Math.max(first, node.log().start().index());
            long last = Math.min(run.lastIndex(), node.commitIndex());
            if (from <= last) {
                Optional<Suspicion> found = contradiction(new EntryId(run.term(), from))
                        .or(() -> contradiction(new EntryId(run.term(), last)));
                if (found.isPresent()) {
                    return found;
                }
            }
            first = run.lastIndex() + 1;
        }
        return Optional.empty();
    }

    private Optional<Suspicion> contradiction(Message.SnapshotChunk chunk) {
        return contradiction(chunk.snapshot().last());
    }

    /** While a snapshot is being installed, the log is about to be another one. */
    private Optional<Suspicion> contradiction(EntryId id) {
        boolean contradicts = !node.installingSnapshot()
                && id.index() <= node.commitIndex()
                && node.log().knows(id.index())
                && !node.log().matches(id);
        return contradicts
                ? suspicion(
                        Kind.CONTRADICTED_ENTRY,
                        "has the entry " + id + " in the place of " + node.log().idAt(id.index())
                                + ", which is committed here")
                : Optional.empty();
    }

    // --- answers to a leader

    private Optional<Suspicion> acknowledgement(Message.AppendAccepted response) {
        return node.role() instanceof Leader
                ? withinLog(response.term(), response.matchIndex(), "acknowledges")
                : Optional.empty();
    }

    private Optional<Suspicion> installation(Message.SnapshotChunkResponse response) {
        return node.role() instanceof Leader && response.installed()
                ? withinLog(response.term(), response.snapshot().index(), "has installed a snapshot up to")
                : Optional.empty();
    }

    private Optional<Suspicion> withinLog(long term, long index, String does) {
        return term == node.term() && index > node.log().lastIndex()
                ? suspicion(
                        Kind.IMPOSSIBLE_INDEX,
                        does + " the index " + index + ", though the leader's log ends at "
                                + node.log().lastIndex())
                : Optional.empty();
    }

    /** Were rounds confirmed that have not begun, reads that come later would be answered without asking anybody. */
    private Optional<Suspicion> confirmation(Message.HeartbeatResponse response) {
        return node.role() instanceof Leader leader
                        && response.term() == node.term()
                        && response.readRound() > leader.lastReadRound()
                ? suspicion(
                        Kind.UNASKED_ANSWER,
                        "confirms the round " + response.readRound() + " of reads, and " + leader.lastReadRound()
                                + " was the last")
                : Optional.empty();
    }

    private static Optional<Suspicion> suspicion(Kind kind, String what) {
        return Optional.of(new Suspicion(kind, what));
    }
}
