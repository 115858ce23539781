package io.quorate.engine.transport;

import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.Rejection;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.EntryFrame;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** One thing that a member sends to another. Several Raft groups may share a connection: each frame names its group. */
public sealed interface PeerFrame {

    int group();

    /**
     * A message of the algorithm.
     *
     * @param entries the entries that an AppendRequest names; else empty
     * @param prevChain the chain hash of the sender's log at the entry before those, if it is an AppendRequest and the
     *     sender knows it
     */
    record Raft(int group, Message message, List<EntryFrame> entries, OptionalLong prevChain) implements PeerFrame {

        /** A message that comes alone. */
        public Raft(int group, Message message) {
            this(group, message, List.of(), OptionalLong.empty());
        }
    }

    /**
     * A piece of a snapshot, with its own checksum on the wire.
     *
     * @param content exactly {@code chunk.length} bytes
     */
    record Snapshot(int group, Message.SnapshotChunk chunk, ByteBuffer content) implements PeerFrame {}

    /**
     * A follower hands commands of its clients to the leader. A network may bring it twice, or late: it counts once, and in
     * the term that it names alone.
     *
     * @param term the term of the leader that it is for
     * @param firstRequestId the id of the first command at the sender; the others follow
     */
    record Forward(int group, long term, long firstRequestId, List<ByteBuffer> commands) implements PeerFrame {}

    /**
     * The leader appended forwarded commands as consecutive entries. Whether they are committed, the sender learns from
     * its own log: the entry at that index has that term, or the commands are lost.
     */
    record Forwarded(int group, long firstRequestId, int count, EntryId first) implements PeerFrame {}

    /** Forwarded commands were refused; nothing happened. */
    record ForwardRefused(int group, long firstRequestId, int count, Rejection reason) implements PeerFrame {}

    /** A member whose log was damaged asks for entries that it lacks; from whoever has them, leader or not. */
    record EntriesRequest(int group, long firstIndex, long lastIndex) implements PeerFrame {}

    /**
     * Those entries of the range asked for that the sender has, as far as they fit, the last ones rather than the first.
     * Whether they are the ones that the receiver has lost, their chain hashes tell.
     */
    record Entries(int group, long firstIndex, long lastIndex, List<EntryFrame> entries) implements PeerFrame {

        public Entries {
            entries = List.copyOf(entries);
        }
    }

    /**
     * A member's application asks that of the member which it takes for the leader.
     *
     * @param id of the question at the sender
     */
    record Question(int group, long id, ByteBuffer content) implements PeerFrame {}

    /**
     * What the application that was asked says.
     *
     * @param content empty if it can't tell
     */
    record Answer(int group, long id, Optional<ByteBuffer> content) implements PeerFrame {}

    /**
     * Asks whether the way to a member and back is whole, and how long it takes; see {@link LinkProbes}.
     *
     * @param sequence of the probe at the sender
     */
    record Ping(int group, long sequence) implements PeerFrame {}

    /** Answers a {@link Ping}, at once. */
    record Pong(int group, long sequence) implements PeerFrame {}

    /** Receives what peers sent. Called by the network's threads; must not block. */
    @FunctionalInterface
    interface Receiver {
        void received(MemberId from, PeerFrame frame);
    }
}
