package io.quorate.core;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.Set;

/** What can happen to a member, as its core sees it. */
public sealed interface Event {

    /** One tick of the clock has passed. All timeouts are counted in ticks. */
    record Tick() implements Event {}

    /** The events that had queued are handled: send what they, together, made possible. One batch, one message. */
    record Flush() implements Event {}

    record Received(MemberId from, Message message) implements Event {}

    /**
     * The application proposes commands.
     *
     * @param count how many, at least 1
     * @param bytes what they take in the log, headers included
     */
    record Proposed(int count, long bytes) implements Event {}

    /**
     * Everything that was handed to the log up to this entry is durable. Carries the term, so that an index that was
     * written, truncated and written again is not taken for the older write (corner case 14).
     */
    record LogSynced(EntryId last) implements Event {}

    /** This hard state, which {@link Effect.SaveHardState} has asked to be written, is durable. To be told of each, in order. */
    record HardStateSynced(HardState state) implements Event {}

    /**
     * The disk has said, just now, that there is no room for what is to be written, which waits for room: the disk does not
     * hang, and no other member would fare better for sure (corner case 26).
     */
    record LogWaitsForRoom() implements Event {}

    /** The state machine has applied everything up to {@code index}. */
    record Applied(long index) implements Event {}

    /**
     * Someone here wants to read linearizably.
     *
     * @param requestId increasing, never used twice by this member
     */
    record ReadRequested(long requestId) implements Event {}

    /**
     * The application wants other members. The change has ended when a configuration equal to {@code target} is committed.
     *
     * @param target with one voter at least that may lead, not joint, and whoever stays is a witness if and only if it was one
     */
    record ConfigurationProposed(Configuration target) implements Event {}

    /** The application wants {@code target} to lead. */
    record TransferRequested(MemberId target) implements Event {}

    /**
     * A local snapshot is durable; the log may be compacted.
     *
     * @param compactIndex the last index to drop, at or below the snapshot's: what is kept spares slow followers the
     *     snapshot
     */
    record SnapshotTaken(SnapshotMeta snapshot, long compactIndex) implements Event {}

    /**
     * A received piece of a snapshot is stored.
     *
     * @param nextOffset the offset wanted next; 0 if the stream turned out to be damaged and must begin anew; the
     *     stream's length when it is complete and verified
     */
    record SnapshotChunkStored(SnapshotMeta snapshot, long nextOffset, boolean complete) implements Event {}

    /** Log and state machine stand at the snapshot, durably: the answer to {@link Effect.InstallSnapshot}. */
    record SnapshotInstalled(SnapshotMeta snapshot) implements Event {}

    /**
     * What a damaged log held before the damage is known again. Means nothing to a member that votes.
     *
     * @param entries what the log lacks of it, which {@link Effect.AppendReceived} will name; the first follows the log's
     *     last entry
     * @param last the last entry that the log had before it was damaged: the last of {@code entries}, or one that is there
     */
    record LogMended(EntryBatch entries, EntryId last) implements Event {}

    /**
     * The application wants this member not to lead, for its state is not to be trusted; or takes that back. It goes on to
     * vote for others, and to keep the log.
     */
    record LeadershipBarred(boolean barred) implements Event {}

    /**
     * The application wants this member to give way to {@code target}, since it is not well itself. That is no reason to disturb
     * anything: it is refused while a transfer to another member or a change of members is under way, and unless the target has been
     * there for a while and has almost all of the log.
     */
    record GiveWayRequested(MemberId target) implements Event {}

    /** The application holds these members to be unwell, and no others: none of them is handed the leadership for its priority. */
    record MembersUnwell(Set<MemberId> members) implements Event {
        public MembersUnwell {
            members = Set.copyOf(members);
        }
    }

    /**
     * The silence of the leader from which on it is to be suspected was estimated, from how regularly it is heard. Only the
     * member's own patience follows from it; it is never more than the configured election timeout.
     *
     * @param ticks at least 1
     */
    record ElectionTimeoutEstimated(int ticks) implements Event {}

    /** From now on entries are sent like this; no more is taken of it than the member was started with. */
    record SendBoundsChanged(SendBounds bounds) implements Event {}

    /** Messages to this member are being lost. */
    record Unreachable(MemberId member) implements Event {}
}
