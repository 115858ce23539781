package io.quorate.engine.transport.netty;

import io.quorate.core.Message;
import io.quorate.engine.transport.PeerFrame;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Recognizes frames that were repeated on one connection, by what no member does: a member's term never becomes an earlier one, and an
 * id by which it asks for a read is never used twice. A connection keeps its order, and what a leader sends at once leaves in
 * the order in which it was made; what waits for a disk may be overtaken, and is not looked at.
 *
 * <p>Whoever repeats frames of the term that is still the present one is not recognized: Raft takes those as often as they come, and
 * they do nothing the second time. Used by one thread.
 */
final class FrameOrder {

    /** More Raft groups than share any connection: the numbers of further ones may be made up. */
    private static final int MOST_GROUPS = 64;

    /** What one group has said on the connection. */
    private static final class Said {
        private long term;
        private Optional<Long> readId = Optional.empty();
    }

    private final Map<Integer, Said> groups = new HashMap<>();

    /** Why a frame that has just come cannot be one that its member has just sent; empty if it can. */
    Optional<String> judge(PeerFrame frame) {
        if (!(frame instanceof PeerFrame.Raft raft)
                || (groups.size() >= MOST_GROUPS && !groups.containsKey(raft.group()))) {
            return Optional.empty();
        }
        Said said = groups.computeIfAbsent(raft.group(), group -> new Said());
        return switch (raft.message()) {
            case Message.AppendRequest request -> ofLeader(said, request.term());
            case Message.Heartbeat heartbeat -> ofLeader(said, heartbeat.term());
            case Message.TimeoutNow request -> ofLeader(said, request.term());
            case Message.HeartbeatResponse response -> learn(said, response.term());
            case Message.ReadIndexRequest request -> ofReader(said, request);
            // They may have waited for a disk, propose a term, or say nothing that is new.
            case Message.PreVoteRequest request -> Optional.empty();
            case Message.PreVoteResponse response -> Optional.empty();
            case Message.VoteRequest request -> Optional.empty();
            case Message.VoteResponse response -> Optional.empty();
            case Message.AppendAccepted response -> Optional.empty();
            case Message.AppendRejected response -> Optional.empty();
            case Message.ReadIndexResponse response -> Optional.empty();
            case Message.SnapshotChunk chunk -> Optional.empty();
            case Message.SnapshotChunkResponse response -> Optional.empty();
            case Message.RepairRequest request -> Optional.empty();
            case Message.RepairResponse response -> Optional.empty();
            case Message.SnapshotRequest request -> Optional.empty();
        };
    }

    private static Optional<String> ofLeader(Said said, long term) {
        if (term < said.term) {
            return Optional.of("repeats what it said as the leader of term " + term + ", after it has spoken in term "
                    + said.term);
        }
        return learn(said, term);
    }

    private static Optional<String> learn(Said said, long term) {
        said.term = Math.max(said.term, term);
        return Optional.empty();
    }

    /** The ids go around after the last one that there is. */
    private static Optional<String> ofReader(Said said, Message.ReadIndexRequest request) {
        if (said.readId.isPresent() && request.requestId() - said.readId.get() <= 0) {
            return Optional.of("asks for the read " + request.requestId() + " again, after " + said.readId.get());
        }
        said.readId = Optional.of(request.requestId());
        return learn(said, request.term());
    }
}
