package io.quorate.engine.log;

import io.quorate.core.EntryBatch;
import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.LogSizes;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.Suspension;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import io.quorate.engine.log.WriteBatch.PlacedMark;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log as the node loop sees it: changes show at once, and are handed out as {@link WriteBatch}es to be made durable.
 * Recent entries are in memory, older ones are read from the segments.
 *
 * <p>For one thread. What contradicts the log (a gap, an index that is not there) is a broken invariant and throws
 * {@link IllegalArgumentException}.
 */
public final class RaftLog implements LogSizes {

    /** The most that one entry may take, header included. */
    public static final int MAX_ENTRY_BYTES = 32 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(RaftLog.class);

    private final EntryReader segments;
    private final long cacheBytes;
    private final EntryIndex index;
    private final EntryCache cache;
    private Start start;
    private HardState hardState;
    private Suspension suspension;

    /** The chain hash at the last entry, if known. Two fields, so that appending allocates nothing. */
    private boolean chainKnown;

    private long chain;

    private List<EntryFrame> pendingEntries = new ArrayList<>();
    private List<PlacedMark> pendingMarks = new ArrayList<>();
    private boolean pendingHardState;
    private boolean pendingSync;
    private long lastTicket;

    /** The last entry of the present log that is durable, given that the batch of {@link #startTicket} is. */
    private long durableIndex;

    private long startTicket;
    private long appliedIndex;

    /**
     * A log whose entries are all durable.
     *
     * @param index its entries, all behind {@code start}
     * @param lastChain the chain hash at its last entry
     */
    RaftLog(
            EntryReader segments,
            long cacheBytes,
            EntryIndex index,
            Start start,
            OptionalLong lastChain,
            HardState hardState,
            Suspension suspension) {
        this.segments = segments;
        this.cacheBytes = cacheBytes;
        this.index = index;
        this.start = start;
        this.hardState = hardState;
        this.suspension = suspension;
        this.durableIndex = index.last().index();
        this.appliedIndex = start.index();
        this.cache = new EntryCache(durableIndex + 1);
        noteChain(lastChain);
    }

    private void noteChain(OptionalLong known) {
        chainKnown = known.isPresent();
        chain = known.orElse(0);
    }

    /**
     * Appends the entry that follows {@link #lastId}; its chain hash must continue the log's.
     */
    public void append(EntryFrame entry) {
        if (!appendIfContinued(entry)) {
            throw new IllegalArgumentException("entry " + entry.id() + " does not continue the log's chain hash");
        }
    }

    /**
     * Appends the entry that follows {@link #lastId}, as another member has made it.
     *
     * @return false if its chain hash does not continue the log's; nothing was changed then
     */
    public boolean appendIfContinued(EntryFrame entry) {
        if (entry.index() != index.table().last() + 1 || entry.term() < index.lastTerm()) {
            throw new IllegalArgumentException("entry " + entry.id() + " does not follow " + lastId());
        }
        if (entry.size() > MAX_ENTRY_BYTES) {
            throw new IllegalArgumentException("entry " + entry.id() + " takes " + entry.size()
                    + " bytes, more than the " + MAX_ENTRY_BYTES + " allowed");
        }
        if (!isContinuedBy(entry)) {
            return false;
        }
        try {
            index.append(entry, EntryTable.NOWHERE);
        } catch (CorruptFrameException e) {
            throw new IllegalArgumentException("entry " + entry.id() + " holds no configuration", e);
        }
        cache.append(entry);
        chainKnown = true;
        chain = entry.chainHash();
        pendingEntries.add(entry);
        pendingSync = true;
        return true;
    }

    /** Whether an entry's chain hash continues the log's; true if the log's is not known. */
    boolean isContinuedBy(EntryFrame entry) {
        return !chainKnown || entry.continues(chain);
    }

    /** Whether this very entry is in the log, or is the one before its first. */
    public boolean holds(EntryId id) {
        return id.index() >= start.index()
                && id.index() <= index.table().last()
                && index.termAt(id.index()) == id.term();
    }

    /** Takes over the chain hash at the last entry from one who knows it; one that is known already stays. */
    public void learnChainHash(long hash) {
        if (!chainKnown) {
            noteChain(OptionalLong.of(hash));
        }
    }

    /** Drops the tail, from this index on. */
    public void truncateFrom(long fromIndex) {
        if (fromIndex <= start.index() || fromIndex > index.table().last() + 1) {
            throw new IllegalArgumentException(
                    "cannot truncate from " + fromIndex + ": the log reaches from " + firstIndex() + " to " + lastId());
        }
        noteChain(chainIfReadable(fromIndex - 1));
        index.truncateFrom(fromIndex);
        cache.truncateFrom(fromIndex);
        durableIndex = Math.min(durableIndex, fromIndex - 1);
        mark(new Mark.Truncated(lastId(), chainKnown ? OptionalLong.of(chain) : OptionalLong.empty()));
    }

    /** Drops the head, up to and including this index; one at or before the start changes nothing. */
    public void compactTo(long upToIndex) {
        if (upToIndex > start.index()) {
            compact(new Start(index.metaAt(upToIndex, start.meta()), chainIfReadable(upToIndex)));
        }
    }

    private void compact(Start newStart) {
        if (newStart.index() == index.table().last()) {
            noteChain(newStart.chainHash());
        }
        index.dropTo(newStart.meta().last());
        cache.dropTo(newStart.index());
        beginAt(newStart);
        mark(new Mark.Compacted(newStart));
    }

    private void beginAt(Start newStart) {
        start = newStart;
        appliedIndex = Math.max(appliedIndex, newStart.index());
        if (newStart.index() > durableIndex) {
            durableIndex = newStart.index();
            startTicket = lastTicket + 1;
        }
    }

    /**
     * Lets the log begin at a snapshot that was installed.
     *
     * @param chainHash the chain hash at the snapshot's last entry, if known
     * @param keepTail the log matches the snapshot at its last entry, what follows stays; else all entries are dropped
     */
    public void resetTo(SnapshotMeta snapshot, OptionalLong chainHash, boolean keepTail) {
        Start newStart = new Start(snapshot, chainHash);
        if (!keepTail) {
            index.clear(snapshot.last());
            cache.clear(newStart.index() + 1);
            noteChain(chainHash);
            durableIndex = -1;
            beginAt(newStart);
            mark(new Mark.Reset(newStart));
        } else if (newStart.index() > start.index()) {
            if (!index.idAt(newStart.index()).equals(snapshot.last())) {
                throw new IllegalArgumentException("the log does not match the snapshot at " + snapshot.last());
            }
            compact(chainHash.isPresent() ? newStart : new Start(snapshot, chainIfReadable(newStart.index())));
        }
    }

    /** A new term or vote asks for a sync; a new commit index alone is written beside other things. */
    public void saveHardState(HardState state) {
        pendingSync |= state.term() != hardState.term() || !state.votedFor().equals(hardState.votedFor());
        pendingHardState |= !state.equals(hardState);
        hardState = state;
    }

    /** Notes, durably, that this member must not vote, for this reason beside those that there are. */
    public void suspendVoting(Suspension reason) {
        suspension = suspension.and(reason);
        mark(new Mark.VotingSuspended(suspension));
    }

    /** Notes, durably, that this member may vote again. */
    public void resumeVoting() {
        suspension = Suspension.NONE;
        mark(new Mark.VotingResumed());
    }

    private void mark(Mark mark) {
        pendingMarks.add(new PlacedMark(pendingEntries.size(), mark));
        pendingSync = true;
    }

    /** Whether {@link #takePending} would return something. */
    public boolean hasPending() {
        return pendingSync || pendingHardState;
    }

    /** All changes since the last call, if any, to be submitted to the {@link LogWriter}. */
    public Optional<WriteBatch> takePending() {
        if (!hasPending()) {
            return Optional.empty();
        }
        WriteBatch batch = new WriteBatch(++lastTicket, lastId(), pendingEntries, pendingMarks, hardState, pendingSync);
        pendingEntries = new ArrayList<>();
        pendingMarks = new ArrayList<>();
        pendingHardState = false;
        pendingSync = false;
        return Optional.of(batch);
    }

    /**
     * Notes what the writer reported.
     *
     * @return the last entry of the present log that is durable, or the one before its first; empty as long as the
     *     beginning of the present log (the last reset) is not durable
     */
    public Optional<EntryId> synced(Synced synced) {
        for (Synced.Extent extent : synced.extents()) {
            long offset = extent.offset();
            for (EntryFrame entry : extent.entries()) {
                // The very same frame: an index that was truncated and written again is not where the older one lies.
                if (cache.holds(entry.index()) && cache.get(entry.index()) == entry) {
                    index.table().setPlace(entry.index(), Place.of(extent.segment(), offset));
                }
                offset += extent.sealed() ? 0 : entry.size();
            }
        }
        while (durableIndex < index.table().last() && index.table().place(durableIndex + 1) != EntryTable.NOWHERE) {
            durableIndex++;
        }
        evict();
        return synced.ticket() < startTicket ? Optional.empty() : Optional.of(index.idAt(durableIndex));
    }

    /** The state machine has applied everything up to this index: older entries may leave the memory. */
    public void applied(long upToIndex) {
        appliedIndex = Math.max(appliedIndex, upToIndex);
        evict();
    }

    private void evict() {
        long evictable = Math.min(durableIndex, appliedIndex);
        while (cache.bytes() > cacheBytes && cache.first() <= evictable) {
            cache.dropFirst();
        }
    }

    /**
     * One entry.
     *
     * @throws IOException if the entry must be read from its segment and cannot be, or is damaged there
     */
    public EntryFrame get(long at) throws IOException {
        return cache.holds(at) ? cache.get(at) : read(at, at).getFirst();
    }

    /** Consecutive entries; both ends inclusive. */
    public List<EntryFrame> read(long firstIndex, long lastIndex) throws IOException {
        if (firstIndex <= start.index() || lastIndex > index.table().last()) {
            throw new IllegalArgumentException("entries " + firstIndex + " to " + lastIndex
                    + " are not all in the log, which reaches from " + firstIndex() + " to " + lastId());
        }
        List<EntryFrame> entries = new ArrayList<>((int) Math.max(0, lastIndex - firstIndex + 1));
        long next = firstIndex;
        if (next < cache.first() && next <= lastIndex) {
            long lastOnDisk = Math.min(lastIndex, cache.first() - 1);
            segments.read(index, next, lastOnDisk, entries);
            next = lastOnDisk + 1;
        }
        for (; next <= lastIndex; next++) {
            entries.add(cache.get(next));
        }
        return entries;
    }

    /**
     * The chain hash of an entry of the log, or of the one before the first.
     *
     * @return empty if it is not known: the log began with an installed snapshot that did not tell
     */
    public OptionalLong chainHashAt(long at) throws IOException {
        if (at == index.table().last() && chainKnown) {
            // Also at the start, where it may have been learned since.
            return OptionalLong.of(chain);
        }
        if (at == start.index()) {
            return start.chainHash();
        }
        return OptionalLong.of(get(at).chainHash());
    }

    /** A chain hash that is not known costs one comparison; that an entry cannot be read must not keep it in the log. */
    private OptionalLong chainIfReadable(long at) {
        try {
            return chainHashAt(at);
        } catch (IOException e) {
            LOG.warn("The chain hash of entry {} is not known, for the entry cannot be read", at, e);
            return OptionalLong.empty();
        }
    }

    /** Index of the first entry that is there, or would be. */
    public long firstIndex() {
        return start.index() + 1;
    }

    /** The last entry; that before the first one if there are none. */
    public EntryId lastId() {
        return index.last();
    }

    /** The id of an entry of the log, or of the one before the first. */
    public EntryId idAt(long at) {
        return index.idAt(at);
    }

    /** Where the log begins. */
    public SnapshotMeta start() {
        return start.meta();
    }

    /** What a snapshot taken at this index, of the log or before its first entry, stands for. */
    public SnapshotMeta snapshotMetaAt(long at) {
        return index.metaAt(at, start.meta());
    }

    public HardState hardState() {
        return hardState;
    }

    /** Whether the log holds, or has held since it was opened, commands with their content: it is no witness's. */
    public boolean hadCommands() {
        return index.hadCommands();
    }

    /** Whether the log holds, or has held since it was opened, commands without their content: it is a witness's. */
    public boolean hadWitnessed() {
        return index.hadWitnessed();
    }

    public boolean votingSuspended() {
        return suspension != Suspension.NONE;
    }

    /** Whether this member votes, and why it does not. */
    public Suspension suspension() {
        return suspension;
    }

    /** The names of all entries. */
    public EntryBatch names() {
        return index.names();
    }

    @Override
    public long lastIndexWithin(long firstIndex, long lastIndex, long maxBytes) {
        return index.table().lastWithin(firstIndex, lastIndex, maxBytes);
    }

    @Override
    public long bytes(long firstIndex, long lastIndex) {
        return index.table().bytes(firstIndex, lastIndex);
    }
}
