package io.quorate.core;

import io.quorate.core.quorum.MemberId;

/**
 * By which messages a later term may come. Not even the term is taken over from whoever disturbs a working leader (thesis 4.2.3): a
 * candidate that the leader has not called for, or somebody whom the configuration does not list, whatever he claims to be.
 *
 * <p>A leader that this member has not heard of yet is followed once the one before is silent, for the log may not have got as far as to
 * name it; and so is a candidate heard (corner case 6). Nobody else who is no member was ever asked anything, so he has no answers to give.
 */
final class LaterTerms {

    private final NodeState node;
    private final Election election;

    LaterTerms(NodeState node, Election election) {
        this.node = node;
        this.election = election;
    }

    /** Whether a message of a later term than this member's is to be handled. */
    boolean mayComeBy(MemberId from, Message message) {
        return switch (message) {
            // Proposed, not begun.
            case Message.PreVoteRequest request -> true;
            case Message.PreVoteResponse response -> response.granted() || isNoStranger(from);
            case Message.VoteRequest request ->
                !election.leaderIsAlive() || (request.leadershipTransfer() && isNoStranger(from));
            case Message.AppendRequest request -> mayLead(from);
            case Message.Heartbeat heartbeat -> mayLead(from);
            case Message.SnapshotChunk chunk -> mayLead(from);
            case Message.VoteResponse response -> isNoStranger(from);
            case Message.AppendAccepted response -> isNoStranger(from);
            case Message.AppendRejected response -> isNoStranger(from);
            case Message.HeartbeatResponse response -> isNoStranger(from);
            case Message.SnapshotChunkResponse response -> isNoStranger(from);
            case Message.ReadIndexRequest request -> isNoStranger(from);
            case Message.ReadIndexResponse response -> isNoStranger(from);
            case Message.TimeoutNow request -> isNoStranger(from);
            case Message.RepairRequest request -> isNoStranger(from);
            case Message.RepairResponse response -> isNoStranger(from);
            case Message.SnapshotRequest request -> isNoStranger(from);
        };
    }

    /** Whether somebody who is no member would have brought a later term, if that were for him to do. */
    boolean isTriedByStranger(MemberId from, Message message) {
        return message.term() > node.term() && !isNoStranger(from) && !mayComeBy(from, message);
    }

    /**
     * Nobody but itself tells a lone voter that it leads: were its disk from a time before others came, no quorum would ever end that
     * leadership, and it would go on beside theirs for good.
     */
    private boolean mayLead(MemberId from) {
        return !election.leaderIsAlive() || isNoStranger(from) || node.isLoneVoter();
    }

    /** Whoever knows of no members yet has to believe anybody. */
    private boolean isNoStranger(MemberId member) {
        return node.configuration().isMember(member)
                || node.configuration().members().isEmpty();
    }
}
