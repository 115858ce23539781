package io.quorate.core;

/**
 * What a member's disk held when it started.
 *
 * @param hardState term, vote and commit index
 * @param snapshot where the log begins: its {@code last} is the entry before the first one. A new member's is the
 *     bootstrap configuration at {@link EntryId#ORIGIN}
 * @param entries every entry after it, durable
 * @param appliedIndex what the state machine has applied, durably; at least {@code snapshot.last.index}
 * @param suspension the log was damaged, or has lost its end: this member must not vote, nor campaign, until it has caught up
 * @param stateMissing the state machine's state was not to be trusted and is gone, and nothing here leads back to it: the
 *     log and the votes are good, but nothing is applied before a snapshot of the leader has come. {@code appliedIndex}
 *     is that of {@code snapshot} then
 * @param refused which snapshots have come and could not be installed, if the state is missing
 */
public record RestoredState(
        HardState hardState,
        SnapshotMeta snapshot,
        EntryBatch entries,
        long appliedIndex,
        Suspension suspension,
        boolean stateMissing,
        RefusedSnapshots refused) {

    /** What a disk held on which no snapshot was refused. */
    public RestoredState(
            HardState hardState,
            SnapshotMeta snapshot,
            EntryBatch entries,
            long appliedIndex,
            Suspension suspension,
            boolean stateMissing) {
        this(hardState, snapshot, entries, appliedIndex, suspension, stateMissing, RefusedSnapshots.NONE);
    }

    /** What a disk held whose state can be gone on with. */
    public RestoredState(
            HardState hardState, SnapshotMeta snapshot, EntryBatch entries, long appliedIndex, Suspension suspension) {
        this(hardState, snapshot, entries, appliedIndex, suspension, false);
    }
}
