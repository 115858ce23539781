package io.quorate.core;

/**
 * What a member's disk held when it started.
 *
 * @param hardState term, vote and commit index
 * @param snapshot where the log begins: its {@code last} is the entry before the first one. A new member's is the
 *     bootstrap configuration at {@link EntryId#ORIGIN}
 * @param entries every entry after it, durable
 * @param appliedIndex what the state machine has applied, durably; at least {@code snapshot.last.index}
 * @param votingSuspended the log was damaged: this member must not vote, nor campaign, until it has caught up
 */
public record RestoredState(
        HardState hardState, SnapshotMeta snapshot, EntryBatch entries, long appliedIndex, boolean votingSuspended) {}
