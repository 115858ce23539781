package io.quorate.core;

import io.quorate.core.quorum.MemberId;
import java.util.Optional;

/**
 * What the leader knows of one follower's log (paper figure 2: nextIndex, matchIndex), and how it sends to it at
 * present.
 *
 * <pre>
 *              accepted                      rejected, unreachable
 *   Probe ----------------> Replicate ------------------------------> Probe
 *     |                        |
 *     | what comes next is compacted
 *     v                        v
 *   Snapshot -- installed, or found to match --> Replicate
 * </pre>
 *
 * Beside that goes a snapshot for which the follower has asked: it lacks a state, and not entries.
 */
final class FollowerProgress {

    private final MemberId member;
    private final int maxInflightMessages;
    private long matchIndex;
    private long nextIndex;
    private ProgressState state = new ProgressState.Probe();
    private Optional<ProgressState.Snapshot> requestedSnapshot = Optional.empty();
    private long refusedSnapshotIndex;
    private int silentTicks;
    private int presentTicks;
    private long commitIndexSent;
    private long confirmedReadRound;
    private long repairId;
    private Optional<EntryId> appendedForRepair = Optional.empty();

    FollowerProgress(MemberId member, long nextIndex, int maxInflightMessages) {
        this.member = member;
        this.nextIndex = nextIndex;
        this.maxInflightMessages = maxInflightMessages;
    }

    MemberId member() {
        return member;
    }

    ProgressState state() {
        return state;
    }

    /** Up to where the follower's log is known to equal the leader's, durably. Never moves back in a term. */
    long matchIndex() {
        return matchIndex;
    }

    /** The first entry to send next. */
    long nextIndex() {
        return nextIndex;
    }

    void sentUpTo(long index) {
        nextIndex = index + 1;
    }

    /** The log is durable and equal up to {@code index}, whatever was believed before. */
    void matched(long index) {
        matchIndex = Math.max(matchIndex, index);
        nextIndex = Math.max(nextIndex, matchIndex + 1);
    }

    /** Sends one message at a time, from {@code newNextIndex} on, until it is accepted. */
    void probeFrom(long newNextIndex) {
        nextIndex = Math.max(newNextIndex, matchIndex + 1);
        state = new ProgressState.Probe();
    }

    /** Pipelines, from the first entry that is not known to match. */
    void replicate() {
        nextIndex = matchIndex + 1;
        state = new ProgressState.Replicate(maxInflightMessages);
    }

    ProgressState.Snapshot sendSnapshot(SnapshotMeta snapshot) {
        ProgressState.Snapshot sending = new ProgressState.Snapshot(snapshot);
        state = sending;
        requestedSnapshot = Optional.empty();
        return sending;
    }

    /** Sends a snapshot beside the entries: the follower goes on acknowledging what it is needed for. */
    void sendRequestedSnapshot(SnapshotMeta snapshot) {
        requestedSnapshot = Optional.of(new ProgressState.Snapshot(snapshot));
    }

    Optional<ProgressState.Snapshot> requestedSnapshot() {
        return requestedSnapshot;
    }

    /** The snapshot that is being sent, for whichever reason. */
    Optional<ProgressState.Snapshot> snapshotTransfer() {
        return state instanceof ProgressState.Snapshot sending ? Optional.of(sending) : requestedSnapshot;
    }

    /** The follower could not install a snapshot at this index. Returns whether this is news. */
    boolean snapshotRefused(long index) {
        boolean news = index != refusedSnapshotIndex;
        refusedSnapshotIndex = index;
        return news;
    }

    void snapshotInstalled(EntryId last) {
        matched(last.index());
        requestedSnapshot = Optional.empty();
        if (state instanceof ProgressState.Snapshot) {
            replicate();
        }
    }

    /** The follower says that it has lost what it once acknowledged. */
    void forget(long newNextIndex) {
        matchIndex = 0;
        probeFrom(newNextIndex);
    }

    /** The entry that was appended since the follower has asked for it by this request, if one was. */
    Optional<EntryId> appendedForRepair(long requestId) {
        return repairId == requestId ? appendedForRepair : Optional.empty();
    }

    void appendedForRepair(long requestId, EntryId entry) {
        repairId = requestId;
        appendedForRepair = Optional.of(entry);
    }

    void heard() {
        silentTicks = 0;
    }

    /** To be told of each tick. A follower that was not heard for {@code absentTicks} of them is taken to have been away. */
    void tick(int absentTicks) {
        silentTicks++;
        presentTicks = heardWithin(absentTicks) ? presentTicks + 1 : 0;
    }

    /** Ticks for which this follower was heard again and again. */
    int presentTicks() {
        return presentTicks;
    }

    int silentTicks() {
        return silentTicks;
    }

    boolean heardWithin(int ticks) {
        return silentTicks < ticks;
    }

    /** The latest commit index that an AppendRequest has carried to this follower. */
    long commitIndexSent() {
        return commitIndexSent;
    }

    void commitIndexSent(long index) {
        commitIndexSent = index;
    }

    /** The latest round of ReadIndex that the follower has confirmed. */
    long confirmedReadRound() {
        return confirmedReadRound;
    }

    void confirmed(long readRound) {
        confirmedReadRound = Math.max(confirmedReadRound, readRound);
    }
}
