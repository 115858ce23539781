package io.quorate.kv;

import io.quorate.encryption.DataKey;
import io.quorate.kv.Result.Rejected;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;

/**
 * The replicated key-value store: applies committed commands in log order; what it answers meanwhile is its
 * {@link ReadableStore half for reading}.
 *
 * <p>{@link #apply}, {@link #restoreFrom} and {@link #close} belong to one thread at a time, the applier's; everything
 * else may be called from any thread meanwhile, and sees the state between two batches. Every method throws
 * {@link StoreException} if the storage fails; the member cannot go on with the store then.
 */
public final class MvccStore extends ReadableStore implements AutoCloseable {
    private HistoryRemoval historyRemoval;

    /** Belongs to whoever applies. */
    private final ElementHash hash = new ElementHash();

    /** Belongs to whoever applies, too. */
    private RecentKeys recent;

    /** Whether the store is known to say that it has this release's format. Belongs to whoever applies, too. */
    private boolean formatRaised;

    private final Digests digests;

    /** Makes what the digest is kept with. */
    interface Digests {
        DigestChanges of(DigestBuckets before, ElementHash hash);

        default RecentKeys recentKeys() {
            return new RecentKeys(RecentKeys.MAX_KEYS);
        }
    }

    private MvccStore(OrderedStore store, Digests digests) {
        super(store);
        this.digests = digests;
        this.recent = digests.recentKeys();
        this.historyRemoval = new HistoryRemoval(store, writing);
    }

    /**
     * Opens what the ordered store holds, and begins it if it is empty; closing this closes the ordered store, and so does a
     * failure: whoever can drop what it holds must be able to open another one in its place.
     *
     * @throws StoreException if it holds something else, or was written by a later release
     */
    public static MvccStore open(OrderedStore store) {
        return open(store, DigestChanges::new);
    }

    static MvccStore open(OrderedStore store, Digests digests) {
        try {
            return new MvccStore(store, digests);
        } catch (RuntimeException e) {
            try {
                store.close();
            } catch (StoreException onClosing) {
                e.addSuppressed(onClosing);
            }
            throw e;
        }
    }

    /**
     * Applies commands in order, atomically together with the index that they reach.
     *
     * <p>No command makes this fail: one that cannot be applied changes nothing and has a {@link Rejected} for its
     * result.
     *
     * @param commands their indexes rise, and are greater than {@link #appliedIndex}
     * @param lastIndex the log index reached, at least that of the last command; greater if entries without a command
     *     follow it
     * @return one result for each command
     * @throws IllegalArgumentException if the indexes do not rise; nothing is applied then
     */
    public List<Result> apply(List<LoggedCommand> commands, long lastIndex) {
        return apply(commands, lastIndex, EventLog.forgetting());
    }

    /**
     * As {@link #apply(List, long)}, and tells what was changed.
     *
     * @param onChange told of the revisions that the batch has made, in order and once the store has them; not called if
     *     there are none
     */
    public List<Result> apply(List<LoggedCommand> commands, long lastIndex, Consumer<List<RevisionEvents>> onChange) {
        EventLog events = EventLog.recording();
        List<Result> results = apply(commands, lastIndex, events);
        if (!events.revisions().isEmpty()) {
            onChange.accept(events.revisions());
        }
        return results;
    }

    private List<Result> apply(List<LoggedCommand> commands, long lastIndex, EventLog events) {
        requireRising(commands, lastIndex);
        List<Result> results = new ArrayList<>(commands.size());
        synchronized (writing) {
            if (!formatRaised) {
                StoreState.raiseFormat(store);
                formatRaised = true;
            }
            DigestChanges digest = digests.of(state.digest(), hash);
            try (BatchApplication application = new BatchApplication(store, recent, state, hash, digest, events)) {
                for (LoggedCommand command : commands) {
                    results.add(application.apply(command));
                }
                state = application.commit(store, lastIndex);
            }
        }
        return results;
    }

    /**
     * Removes a bounded amount of the history that a {@link Compact} gave up. To be called until it answers false,
     * after a compaction and after opening the store; a physical compaction is complete then.
     *
     * @return whether there is more to remove
     */
    public boolean removeCompacted() {
        return reading(this::removeChunk);
    }

    /**
     * Begins to read the whole store, as it is now, and to compare it with the digest. Everything else goes on meanwhile.
     *
     * @param emptyDirectory on the store's file system, empty or missing; it is the scrub's until that is closed, and gone
     *     then
     * @throws StoreException if what is on disk is damaged such that it cannot even be opened
     */
    public StateScrub scrub(Path emptyDirectory) {
        Lock reading = replacing.readLock();
        reading.lock();
        try {
            writeDigest();
            return new StateScrub(store.freeze(emptyDirectory), () -> delete(emptyDirectory));
        } catch (StoreException e) {
            delete(emptyDirectory);
            throw e;
        } finally {
            reading.unlock();
        }
    }

    /**
     * Begins to hand out the whole content, as it is now. Everything else goes on meanwhile.
     *
     * @param emptyDirectory on the store's file system, empty or missing; whoever closes the export deletes it
     * @param sorter empty, and becomes as large as this store; closed with the export, and if there is none
     */
    public StoreExport export(Path emptyDirectory, OrderedStore sorter) {
        try {
            return new StoreExport(reading(() -> store.freeze(emptyDirectory)), sorter, store.scratchKey());
        } catch (RuntimeException e) {
            sorter.close();
            throw e;
        }
    }

    /** A store that an earlier release has written has its digest in memory alone, until it is next written to. */
    private void writeDigest() {
        synchronized (writing) {
            long index = state.appliedIndex();
            if (DigestBuckets.stored(store::get, index).isEmpty()) {
                WriteBatch batch = new WriteBatch();
                state.digest().writeTo(batch, index);
                store.write(batch);
            }
        }
    }

    private static void delete(Path directory) {
        try {
            DirectoryCopy.delete(directory);
        } catch (IOException e) {
            throw new StoreException("cannot delete " + directory + ": " + e.getMessage(), e);
        }
    }

    /** How many bytes the store takes up, roughly; more than 0. */
    public long sizeBytes() {
        return store.sizeBytes();
    }

    /** How many of those hold what can still be read, roughly; more than 0 and at most {@link #sizeBytes}. */
    public long sizeInUseBytes() {
        return store.sizeInUseBytes();
    }

    /**
     * Gives back what is taken up by keys and values that can't be read any more. Everything else goes on meanwhile; returns
     * when it is done.
     *
     * @return false if it was broken off since the store is replaced or closed
     */
    public boolean defragment() {
        return store.defragment();
    }

    /** Returns once all that was applied survives a crash without being applied again. */
    public void flush() {
        store.flush();
    }

    /**
     * Writes a snapshot, consistent and durable, into a directory that is empty or does not exist; writes go on. It
     * holds at least what {@link #appliedIndex} answered before the call.
     */
    public void checkpointTo(Path emptyDirectory) {
        store.checkpointTo(emptyDirectory);
    }

    /**
     * Replaces everything by a snapshot that this or another member wrote with {@link #checkpointTo}; afterwards
     * {@link #appliedIndex} is the snapshot's. Reads wait meanwhile. After a crash on the way the store may be as
     * before, as after, or empty: then {@link #appliedIndex} tells that it is to be done again.
     *
     * @throws StoreException also if the snapshot is sealed, and a master key is missing or wrong; nothing is changed then
     */
    public void restoreFrom(Path checkpoint) {
        store.requireRestorable(checkpoint);
        Lock exclusively = replacing.writeLock();
        exclusively.lock();
        try {
            store.restoreFrom(checkpoint);
            recent = digests.recentKeys();
            formatRaised = false;
            state = StoreState.load(store);
            historyRemoval = new HistoryRemoval(store, writing);
        } finally {
            exclusively.unlock();
        }
    }

    /**
     * Looks whether a snapshot can be restored with the keys that there are; changes nothing.
     *
     * @throws StoreException if it is sealed, and a master key is missing or wrong
     */
    public void requireRestorable(Path checkpoint) {
        store.requireRestorable(checkpoint);
    }

    /**
     * Seals some of what is not sealed as it should be, if the store seals. To be called until it answers false, after opening the store
     * and after {@link #restoreFrom}.
     *
     * @return whether there may be more
     */
    public boolean sealSome() {
        return store.rewriteSome();
    }

    /** Another key for a file that nobody needs after a restart; empty if the store seals nothing, so that such a file need not be sealed. */
    public Optional<DataKey> scratchKey() {
        return store.scratchKey();
    }

    /** How far that is; empty if the store seals nothing. */
    public Optional<SealProgress> sealProgress() {
        return store.sealProgress();
    }

    @Override
    public void close() {
        Lock exclusively = replacing.writeLock();
        exclusively.lock();
        try {
            store.close();
        } finally {
            exclusively.unlock();
        }
    }

    private void requireRising(List<LoggedCommand> commands, long lastIndex) {
        long index = state.appliedIndex();
        for (LoggedCommand command : commands) {
            if (command.index() <= index) {
                throw new IllegalArgumentException("index " + command.index() + " comes after index " + index);
            }
            index = command.index();
        }
        if (lastIndex < index) {
            throw new IllegalArgumentException("the batch ends at " + lastIndex + ", but reaches index " + index);
        }
    }

    private synchronized boolean removeChunk() {
        return historyRemoval.removeChunk(state.compactedRevision());
    }
}
