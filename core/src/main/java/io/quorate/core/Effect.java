package io.quorate.core;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.Optional;

/**
 * What the core wants done. The engine executes effects in order; those that write are durable, in order, before any
 * later {@link SendAfterSync} leaves.
 */
public sealed interface Effect {

    record SaveHardState(HardState state) implements Effect {}

    /**
     * Append the commands of the {@link Event.Proposed} being handled.
     *
     * @param first the id of the first; the others follow in the same term
     */
    record AppendProposals(EntryId first, int count) implements Effect {}

    /**
     * Append an empty entry: the one with which a leader begins its term (paper section 8), or one that a follower needs which has lost
     * its promises.
     */
    record AppendNoOp(EntryId id) implements Effect {}

    record AppendConfiguration(EntryId id, Configuration configuration) implements Effect {}

    /** Append these entries of the {@link Message.AppendRequest} being handled; both ends inclusive. */
    record AppendReceived(long firstIndex, long lastIndex) implements Effect {}

    /** Drop the log's tail, from this index on. */
    record TruncateLog(long fromIndex) implements Effect {}

    /** Drop the log's head, up to and including this index. */
    record CompactLog(long upToIndex) implements Effect {}

    /** May leave at once. */
    record Send(MemberId to, Message message) implements Effect {}

    /** May leave when everything that was asked to be written before is durable (corner cases 1 and 13). */
    record SendAfterSync(MemberId to, Message message) implements Effect {}

    /** Hand the entries up to this index, which are committed and durable here, to the state machine. */
    record Apply(long upToIndex) implements Effect {}

    /** The {@link Event.Proposed} being handled is refused; nothing was appended. */
    record RejectProposals(Rejection reason) implements Effect {}

    /** The configuration that this leader has appended at this index is committed; told before the leader acts on it. */
    record ConfigurationCommitted(long index) implements Effect {}

    /** The {@link Event.ConfigurationProposed} being handled is refused; nothing was appended. */
    record RejectConfiguration(Rejection reason) implements Effect {}

    /** The read may be served once the state machine has applied {@code index}. */
    record ReadReady(long requestId, long index) implements Effect {}

    record ReadFailed(long requestId, Rejection reason) implements Effect {}

    /** This member's role, term or known leader is another than before. */
    record RoleChanged(RoleName role, long term, Optional<MemberId> leader) implements Effect {}

    /** A transfer of leadership has ended: the target leads, or it is not known to. It was told to campaign. */
    record TransferEnded(MemberId target, boolean succeeded) implements Effect {}

    /** Leadership is not transferred to the target, which was not told to campaign. */
    record TransferRefused(MemberId target, Rejection reason) implements Effect {}

    /** Read a piece of the snapshot at this offset and send it as a {@link Message.SnapshotChunk}. */
    record SendSnapshotChunk(MemberId to, long term, SnapshotMeta snapshot, long offset) implements Effect {}

    /** Store the piece of the {@link Message.SnapshotChunk} being handled; answer with SnapshotChunkStored. */
    record StoreSnapshotChunk(SnapshotMeta snapshot, long offset, int length, long total) implements Effect {}

    /**
     * Replace the log and the state machine by the stored snapshot; answer with {@link Event.SnapshotInstalled}.
     *
     * @param keepLogTail the log matches the snapshot at its last entry: what follows it stays (paper section 7)
     */
    record InstallSnapshot(SnapshotMeta snapshot, boolean keepLogTail) implements Effect {}

    /** A follower needs a later snapshot than there is: take one, and answer with {@link Event.SnapshotTaken}. */
    record TakeSnapshot() implements Effect {}

    /** A follower could not install the snapshot that this leader has sent, or would send. Told to people. */
    record SnapshotRefused(MemberId by, EntryId snapshot) implements Effect {}

    /** The repaired log has caught up: forget, durably, that voting was suspended. */
    record ResumeVoting() implements Effect {}

    /**
     * This member has lost what it had acknowledged, and must not vote until it has it again: note that durably, as
     * {@link Suspension#PROMISES_LOST}, since nothing tells what else was lost.
     */
    record SuspendVoting() implements Effect {}
}
