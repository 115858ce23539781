package io.quorate.kv;

import io.quorate.kv.Result.HashResult;
import io.quorate.kv.Result.Rejected;
import io.quorate.kv.Result.TxnResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The replicated key-value store: applies committed commands in log order, and answers reads at any revision that has
 * not been compacted.
 *
 * <p>{@link #apply}, {@link #restoreFrom} and {@link #close} belong to one thread at a time, the applier's; everything
 * else may be called from any thread meanwhile, and sees the state between two batches. Every method throws
 * {@link StoreException} if the storage fails; the member cannot go on with the store then.
 */
public final class MvccStore implements AutoCloseable {
    private final OrderedStore store;

    /** Held for writing while the content is replaced: content and state must not be seen one without the other. */
    private final ReadWriteLock replacing = new ReentrantReadWriteLock();

    /** Held while keys are changed. */
    private final Object writing = new Object();

    /** Replaced after each batch is in the store, so that a reader finds all that the state promises. */
    private volatile StoreState state;

    private HistoryRemoval historyRemoval;

    /** Belongs to whoever applies. */
    private final ElementHash hash = new ElementHash();

    /** Belongs to whoever applies, too. */
    private RecentKeys recent;

    private final Digests digests;

    /** Makes what the digest is kept with. */
    interface Digests {
        DigestChanges of(DigestBuckets before, ElementHash hash);

        default RecentKeys recentKeys() {
            return new RecentKeys(RecentKeys.MAX_KEYS);
        }
    }

    private MvccStore(OrderedStore store, Digests digests) {
        this.store = store;
        this.digests = digests;
        this.recent = digests.recentKeys();
        this.state = StoreState.load(store);
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

    /** The index of the last log entry whose effect the store holds; 0 if there is none. */
    public long appliedIndex() {
        return state.appliedIndex();
    }

    /** The revision of the last change; 1 if there was none. */
    public long currentRevision() {
        return state.revision();
    }

    /** The oldest revision that can be read; -1 as long as nothing was compacted. */
    public long compactedRevision() {
        return state.compactedRevision();
    }

    /**
     * The active alarms. {@link Alarm.Type#CORRUPT} stands for a member that {@link #verification} has found diverged, too:
     * one such stops that member alone, whereas one that a client has raised makes all members refuse everything.
     */
    public List<Alarm> alarms() {
        StoreState now = state;
        SortedSet<Alarm> all = new TreeSet<>(now.alarms());
        now.verification().divergences().values().forEach(divergence -> all.add(divergence.alarm()));
        return List.copyOf(all);
    }

    /** The alarms that were raised with an {@link AlarmChange}, and not disarmed. */
    public List<Alarm> raisedAlarms() {
        return List.copyOf(state.alarms());
    }

    /** What the members' digests tell, as of the last batch. */
    public Verification verification() {
        return state.verification();
    }

    /** What the state comes to after the last batch. Costs no read of the store. */
    public StateDigest digest() {
        StoreState now = state;
        return now.digestAt(now.appliedIndex(), new ElementHash());
    }

    /** All leases, in the order of their ids as unsigned numbers. Reads all of them from the store. */
    public List<Lease> leases() {
        return reading(() -> {
            try (OrderedStore.Cursor cursor = store.cursor()) {
                return LeaseRecords.all(cursor);
            }
        });
    }

    public Optional<Lease> lease(long id) {
        return reading(() -> LeaseRecords.find(store, id));
    }

    /** The keys that are attached to a lease, in order; none if there is no such lease. */
    public List<Bytes> leaseKeys(long id) {
        return reading(() -> {
            try (OrderedStore.Cursor cursor = store.cursor()) {
                return LeaseRecords.keys(cursor, id);
            }
        });
    }

    /** Whose word on the leases' time counts. */
    LeaseFence leaseFence() {
        return reading(() -> LeaseRecords.fence(store));
    }

    /**
     * 64 bits of what the live keys come to after the last batch, with all their numbers. Costs some additions and allocates
     * nothing, so it can be compared after every batch.
     */
    public long shortenedDigest() {
        return state.digest().shortened();
    }

    /** What members have published about themselves, by member id. */
    public List<PublishedMember> members() {
        return state.members().values().stream()
                .map(member -> new PublishedMember(member.memberId(), member.name(), member.clientUrls()))
                .toList();
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
     * What was changed from a revision on, in whole revisions and as far as a watcher wants to see it; empty if that
     * revision is compacted.
     *
     * @param maxChanges about how many changes to look at
     */
    Optional<History.Part> history(WatchRequest request, long fromRevision, int maxChanges) {
        return reading(() -> {
            long revision = state.revision();
            try (History history = History.open(store)) {
                // Looked up after the history is opened: nothing that is readable by this one can be missing there.
                return fromRevision < state.compactedRevision()
                        ? Optional.empty()
                        : Optional.of(history.read(request, fromRevision, revision, maxChanges));
            }
        });
    }

    /** The pair that a key was before a revision; empty if there was none, or it is compacted. */
    Optional<KeyValue> before(Bytes key, long revision) {
        Result result = read((view, now) -> view.range(Range.of(key).atRevision(revision - 1)));
        return result instanceof Result.RangeResult found ? found.kvs().stream().findFirst() : Optional.empty();
    }

    /** Reads; the result is a {@link Result.RangeResult} or a {@link Rejected}. */
    public Result range(Range range) {
        Optional<KvError> error = refusedByCorruption().or(() -> RequestCheck.check(range));
        if (error.isPresent()) {
            return new Rejected(error.get());
        }
        Optional<Result> plain = range.isPlainRead() ? plainRead(range) : Optional.empty();
        return plain.orElseGet(() -> read((view, now) -> view.range(range)));
    }

    /**
     * Does a transaction that only reads, all of it at one revision; the result is a {@link TxnResult} or a
     * {@link Rejected}.
     *
     * @throws IllegalArgumentException if it is not {@link Txn#isReadOnly}
     */
    public Result read(Txn txn) {
        if (!txn.isReadOnly()) {
            throw new IllegalArgumentException("a transaction that may write must go through the log");
        }
        Optional<KvError> error = refusedByCorruption().or(() -> RequestCheck.check(txn, Integer.MAX_VALUE));
        return error.isPresent() ? new Rejected(error.get()) : read((view, now) -> ReadOnlyTxn.execute(txn, view));
    }

    /**
     * A checksum of the history up to a revision, 0 meaning the current one; the result is a {@link HashResult} or a
     * {@link Rejected}. Reads the whole store.
     */
    public Result hashKv(long revision) {
        return read((view, now) -> hash(view, revision, new HistoryChecksum()));
    }

    /**
     * A checksum of everything: the history up to the current revision, leases, alarms, and members. Equal on all
     * members at one {@link #appliedIndex}. Reads the whole store.
     */
    public long hash() {
        return reading(() -> {
            StoreState now;
            OrderedStore.Cursor opened;
            synchronized (writing) {
                now = state;
                opened = store.cursor();
            }
            try (OrderedStore.Cursor cursor = opened) {
                return hash(cursor, now);
            }
        });
    }

    private static long hash(OrderedStore.Cursor cursor, StoreState now) {
        HistoryChecksum checksum = new HistoryChecksum();
        now.alarms().forEach(alarm -> checksum.add(StoreKeys.alarm(alarm), new byte[0]));
        now.members()
                .values()
                .forEach(member -> checksum.add(StoreKeys.member(member.memberId()), CommandCodec.encode(member)));
        LeaseRecords.addTo(checksum, cursor);
        checksum.addVersions(cursor, now.revision(), now.compactedRevision());
        return checksum.value();
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
     */
    public void restoreFrom(Path checkpoint) {
        Lock exclusively = replacing.writeLock();
        exclusively.lock();
        try {
            store.restoreFrom(checkpoint);
            state = StoreState.load(store);
            recent = digests.recentKeys();
            historyRemoval = new HistoryRemoval(store, writing);
        } finally {
            exclusively.unlock();
        }
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

    /** Reads while the content is not replaced. */
    private <T> T reading(Supplier<T> question) {
        Lock reading = replacing.readLock();
        reading.lock();
        try {
            return question.get();
        } finally {
            reading.unlock();
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

    /**
     * Reads one key as it is now, if its newest version tells; otherwise it has changed since the current revision was
     * looked up, and what it was before must be searched for.
     */
    private Optional<Result> plainRead(Range range) {
        Lock reading = replacing.readLock();
        reading.lock();
        try {
            long revision = state.revision();
            Bytes key = range.key();
            Optional<CurrentVersion> current = CurrentKeys.find(store, key);
            if (current.isEmpty()) {
                return Optional.of(ReadView.plainRead(range, Optional.empty(), revision));
            }
            CurrentVersion newest = current.get();
            if (newest.revision() > revision) {
                return Optional.empty();
            }
            if (newest.version().deleted()) {
                return Optional.of(ReadView.plainRead(range, Optional.empty(), revision));
            }
            Optional<KeyValue> found = range.needsValue()
                    ? CurrentKeys.pair(store, key, newest)
                    : Optional.of(newest.toKeyValueWithoutValue(key));
            return found.map(kv -> ReadView.plainRead(range, Optional.of(kv), revision));
        } finally {
            reading.unlock();
        }
    }

    /**
     * Reads from a view of the current state. No snapshot is needed for it: later batches only add versions that the
     * view does not look at. What a compaction removes does matter, so the compacted revision is looked up after the
     * cursor is opened: nothing that is readable by that one can be missing under the cursor.
     */
    private Result read(BiFunction<ReadView, StoreState, Result> question) {
        Lock reading = replacing.readLock();
        reading.lock();
        try {
            while (true) {
                StoreState now = state;
                try (OrderedStore.Cursor cursor = store.cursor()) {
                    long compacted = state.compactedRevision();
                    if (compacted <= now.revision()) {
                        return question.apply(view(cursor, now.revision(), compacted), now);
                    }
                }
            }
        } finally {
            reading.unlock();
        }
    }

    private static ReadView view(OrderedStore.Cursor cursor, long revision, long compacted) {
        ReadView.Pairs pairs = (key, withValue) -> {
            KeyScan scan = new KeyScan(cursor, new KeyRange.Single(key), revision);
            if (!scan.next()) {
                return Optional.empty();
            }
            return Optional.of(withValue ? scan.keyValue() : scan.keyValueWithoutValue());
        };
        return new ReadView(() -> cursor, pairs, revision, compacted);
    }

    private static Result hash(ReadView view, long askedRevision, HistoryChecksum checksum) {
        Optional<KvError> error = view.checkRevision(askedRevision);
        if (error.isPresent()) {
            return new Rejected(error.get());
        }
        long revision = askedRevision > 0 ? askedRevision : view.revision();
        checksum.addVersions(view.cursor().get(), revision, view.compactedRevision());
        return new HashResult(checksum.value(), revision, view.compactedRevision());
    }

    private synchronized boolean removeChunk() {
        return historyRemoval.removeChunk(state.compactedRevision());
    }

    private Optional<KvError> refusedByCorruption() {
        return state.hasAlarm(Alarm.Type.CORRUPT) ? Optional.of(KvError.CORRUPT) : Optional.empty();
    }
}
