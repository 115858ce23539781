package io.quorate.core;

/**
 * What members say to each other. Each carries its sender's term; the content of entries and of snapshot chunks travels
 * beside the message and is the engine's affair.
 */
public sealed interface Message {

    /** The sender's term; for {@link PreVoteRequest} and a granted {@link PreVoteResponse} the term proposed. */
    long term();

    /**
     * Asks whether the sender would be elected (thesis 9.6). Changes nothing at either side.
     *
     * @param term the term that the sender would campaign in: its own + 1
     * @param last the last entry of the sender's log
     */
    record PreVoteRequest(long term, EntryId last) implements Message {}

    /**
     * Answers a {@link PreVoteRequest}.
     *
     * @param term the term asked for if granted, else the answering member's own (corner case 3)
     */
    record PreVoteResponse(long term, boolean granted) implements Message {}

    /**
     * Asks for a vote (paper section 5.2).
     *
     * @param last the last entry of the candidate's log
     * @param leadershipTransfer the leader asked for this election: leases do not stand against it (thesis 3.10)
     */
    record VoteRequest(long term, EntryId last, boolean leadershipTransfer) implements Message {}

    /** Answers a {@link VoteRequest}. */
    record VoteResponse(long term, boolean granted) implements Message {}

    /**
     * Replicates entries (paper section 5.3, AppendEntries). Empty batches probe, and pass the commit index on.
     *
     * @param prev the entry before the first of the batch
     * @param entries their names; the engine sends and receives the content beside it
     * @param commitIndex the leader's commit index
     */
    record AppendRequest(long term, EntryId prev, EntryBatch entries, long commitIndex) implements Message {}

    /**
     * The follower's log equals the leader's up to {@code matchIndex}, and is durable there.
     *
     * @param matchIndex last index of the request that is answered: what that request verified, and no more
     */
    record AppendAccepted(long term, long matchIndex) implements Message {}

    /**
     * The entry before the batch was not found.
     *
     * @param rejectedPrevIndex the request's {@code prev.index}, by which stale rejections are told
     * @param hint where the logs may agree: the greatest entry at or below {@code prev} whose term is not above
     *     {@code prev.term}
     */
    record AppendRejected(long term, long rejectedPrevIndex, EntryId hint) implements Message {}

    /**
     * Asserts leadership, and asks for a confirmation of it.
     *
     * @param commitIndex capped at what the leader knows to match on the receiver (corner case 11)
     * @param readRound the latest round of ReadIndex confirmations (thesis 6.4); 0 if none was ever asked for
     */
    record Heartbeat(long term, long commitIndex, long readRound) implements Message {}

    /** Answers a {@link Heartbeat}; {@code readRound} is 0 from a member whose vote does not count at present. */
    record HeartbeatResponse(long term, long readRound) implements Message {}

    /** A follower asks the leader for a read index; ids are never used twice by one sender (corner case 27). */
    record ReadIndexRequest(long term, long requestId) implements Message {}

    /** Everything committed before the request was made is at or below {@code index}. */
    record ReadIndexResponse(long term, long requestId, long index) implements Message {}

    /** The receiver shall campaign at once, without a pre-vote (thesis 3.10). */
    record TimeoutNow(long term) implements Message {}

    /**
     * A piece of a snapshot (paper section 7, InstallSnapshot).
     *
     * @param offset where the piece begins in the snapshot's byte stream
     * @param length bytes in the piece
     * @param total bytes in the whole stream
     */
    record SnapshotChunk(long term, SnapshotMeta snapshot, long offset, int length, long total) implements Message {}

    /**
     * Answers a {@link SnapshotChunk}: the next offset wanted, by which transfers are also resumed.
     *
     * @param snapshot the snapshot's last entry
     * @param nextOffset {@code total} when all of it is stored; 0 to begin anew, after damage
     * @param installed the follower's log and state machine stand at the snapshot
     */
    record SnapshotChunkResponse(long term, EntryId snapshot, long nextOffset, boolean installed) implements Message {}

    /**
     * A member that repairs a damaged log asks the leader how far it must catch up before it may vote again.
     *
     * @param promisesLost it may have forgotten votes too: an entry is to be named that was appended after this request, and is
     *     committed. Repeated under the same id until that is so
     */
    record RepairRequest(long term, long requestId, boolean promisesLost) implements Message {}

    /**
     * A member whose log is good and whose state is gone asks the leader for a snapshot.
     *
     * @param fromIndex where its log begins: only a snapshot of this index or a later one leads on to its log
     * @param refusedIndex where the snapshot stands that it had got and could not install; 0 if there was none
     */
    record SnapshotRequest(long term, long fromIndex, long refusedIndex) implements Message {}

    /** An entry that was the last one of the leader's log at a time after the {@link RepairRequest} was made. */
    record RepairResponse(long term, long requestId, EntryId last) implements Message {}
}
