package io.quorate.core;

import io.quorate.core.quorum.MemberId;

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
 */
final class FollowerProgress {

    private final MemberId member;
    private final int maxInflightMessages;
    private long matchIndex;
    private long nextIndex;
    private ProgressState state = new ProgressState.Probe();
    private int silentTicks;
    private long commitIndexSent;
    private long confirmedReadRound;

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
        return sending;
    }

    /** The follower says that it has lost what it once acknowledged. */
    void forget(long newNextIndex) {
        matchIndex = 0;
        probeFrom(newNextIndex);
    }

    void heard() {
        silentTicks = 0;
    }

    /** Returns ticks since this follower was heard, this one included. */
    int tick() {
        silentTicks++;
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
