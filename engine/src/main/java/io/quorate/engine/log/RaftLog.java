package io.quorate.engine.log;

import io.quorate.core.EntryBatch;
import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.LogSizes;
import io.quorate.core.SnapshotMeta;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The log as the node loop sees it: changes show at once, and are handed out as {@link WriteBatch}es to be made durable.
 * Recent entries are in memory, older ones are read from the segments.
 *
 * <p>For one thread. What contradicts the log (a gap, an index that is not there) is a broken invariant and throws
 * {@link IllegalArgumentException}.
 */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class RaftLog implements LogSizes {

    RaftLog() {}

    /** Appends the entry that follows {@link #lastId}; its chain hash must continue the log's. */
    public void append(EntryFrame entry) {
        throw new UnsupportedOperationException();
    }

    /** Drops the tail, from this index on. */
    public void truncateFrom(long index) {
        throw new UnsupportedOperationException();
    }

    /** Drops the head, up to and including this index; one at or before the start changes nothing. */
    public void compactTo(long upToIndex) {
        throw new UnsupportedOperationException();
    }

    /**
     * Lets the log begin at a snapshot that was installed.
     *
     * @param chainHash the chain hash at the snapshot's last entry, if known
     * @param keepTail the log matches the snapshot at its last entry, what follows stays; else all entries are dropped
     */
    public void resetTo(SnapshotMeta snapshot, OptionalLong chainHash, boolean keepTail) {
        throw new UnsupportedOperationException();
    }

    /** A new term or vote asks for a sync; a new commit index alone is written beside other things. */
    public void saveHardState(HardState state) {
        throw new UnsupportedOperationException();
    }

    public void suspendVoting() {
        throw new UnsupportedOperationException();
    }

    public void resumeVoting() {
        throw new UnsupportedOperationException();
    }

    /** Whether {@link #takePending} would return something. */
    public boolean hasPending() {
        throw new UnsupportedOperationException();
    }

    /** All changes since the last call, if any, to be submitted to the {@link LogWriter}. */
    public Optional<WriteBatch> takePending() {
        throw new UnsupportedOperationException();
    }

    /**
     * Notes what the writer reported.
     *
     * @return the last entry of the present log that is durable; {@code start().last()} if none is
     */
    public EntryId synced(Synced synced) {
        throw new UnsupportedOperationException();
    }

    /** The state machine has applied everything up to this index: older entries may leave the memory. */
    public void applied(long index) {
        throw new UnsupportedOperationException();
    }

    /** One entry.
     *
     * @throws IOException if the entry must be read from its segment and cannot be, or is damaged there */
    public EntryFrame get(long index) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Consecutive entries; both ends inclusive. */
    public List<EntryFrame> read(long firstIndex, long lastIndex) throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * The chain hash of an entry of the log, or of the one before the first.
     *
     * @return empty if it is not known: the log began with an installed snapshot that did not tell
     */
    public OptionalLong chainHashAt(long index) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Index of the first entry that is there, or would be. */
    public long firstIndex() {
        throw new UnsupportedOperationException();
    }

    /** The last entry; that before the first one if there are none. */
    public EntryId lastId() {
        throw new UnsupportedOperationException();
    }

    /** The id of an entry of the log, or of the one before the first. */
    public EntryId idAt(long index) {
        throw new UnsupportedOperationException();
    }

    /** Where the log begins. */
    public SnapshotMeta start() {
        throw new UnsupportedOperationException();
    }

    /** What a snapshot taken at this index, of the log or before its first entry, stands for. */
    public SnapshotMeta snapshotMetaAt(long index) {
        throw new UnsupportedOperationException();
    }

    public HardState hardState() {
        throw new UnsupportedOperationException();
    }

    public boolean votingSuspended() {
        throw new UnsupportedOperationException();
    }

    /** The names of all entries. */
    public EntryBatch names() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long lastIndexWithin(long firstIndex, long lastIndex, long maxBytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long bytes(long firstIndex, long lastIndex) {
        throw new UnsupportedOperationException();
    }
}
