package io.quorate.kv;

import io.quorate.kv.Result.HashResult;
import io.quorate.kv.Result.Rejected;
import io.quorate.kv.Result.TxnResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What can be read of the replicated key-value store: the keys at any revision that has not been compacted, everything else as
 * it is now, and checksums of all that.
 *
 * <p>Every method may be called from any thread while commands are applied, and sees the state between two batches; each
 * throws {@link StoreException} if the storage fails.
 */
public abstract sealed class ReadableStore permits MvccStore {
    final OrderedStore store;

    /** Held for writing while the content is replaced: content and state must not be seen one without the other. */
    final ReadWriteLock replacing = new ReentrantReadWriteLock();

    /** Held while keys are changed. */
    final Object writing = new Object();

    /** Replaced after each batch is in the store, so that a reader finds all that the state promises. */
    volatile StoreState state;

    ReadableStore(OrderedStore store) {
        this.store = store;
        this.state = StoreState.load(store);
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

    /** Users and roles, as of the last batch. */
    public AuthState auth() {
        return state.auth();
    }

    /** What a caller may do, by users and roles as of the last batch. */
    public AccessCheck access(Caller caller) {
        return new AccessCheck(state.auth(), caller, this::leaseKeys);
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
                .map(member ->
                        new PublishedMember(member.memberId(), member.name(), member.clientUrls(), member.zone()))
                .toList();
    }

    /** The latest operations of the manager, the oldest first. */
    public List<ManagedOperation> operations() {
        return List.copyOf(state.operations().byId().values());
    }

    /** Where the audit log stands, and what belongs on record. */
    public AuditLog auditLog() {
        return state.audit();
    }

    /**
     * Records of the audit log as they are in the store, in the order of their numbers, genuine or not.
     *
     * @param fromNumber the first of them
     * @param max at most so many
     * @return their lines
     */
    public List<String> auditRecords(long fromNumber, int max) {
        return reading(() -> {
            List<String> lines = new ArrayList<>();
            try (OrderedStore.Cursor cursor = store.cursor()) {
                for (cursor.seek(StoreKeys.auditRecord(fromNumber));
                        lines.size() < max && cursor.isValid() && cursor.key()[0] == StoreKeys.AUDIT_RECORD;
                        cursor.next()) {
                    lines.add(new String(cursor.value(), StandardCharsets.US_ASCII));
                }
            }
            return lines;
        });
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
        Optional<Result> plain = range.isPlainRead()
                ? reading(() -> plainRead(range, key -> Peek.of(store.get(key))))
                : Optional.empty();
        return plain.orElseGet(() -> read((view, now) -> view.range(range)));
    }

    /** As {@link #range}, if it can be told without waiting for a disk, or for a state that is being replaced. */
    public Optional<Result> rangeAtOnce(Range range) {
        if (!range.isPlainRead()
                || refusedByCorruption().isPresent()
                || RequestCheck.check(range).isPresent()) {
            return Optional.empty();
        }
        Lock reading = replacing.readLock();
        if (!reading.tryLock()) {
            return Optional.empty();
        }
        try {
            return plainRead(range, store::peek);
        } finally {
            reading.unlock();
        }
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
        return hashKv(revision, -1);
    }

    /**
     * As {@link #hashKv(long)}, but what a store answers that has compacted its history up to a revision by then, if this one has
     * not yet: so stores can be compared that have compacted differently far.
     */
    public Result hashKv(long revision, long compactedRevision) {
        return read((view, now) -> hash(view, revision, compactedRevision));
    }

    /**
     * A checksum of everything: the history up to the current revision, leases, alarms, members,
     * users and roles. Equal on all
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
        if (!now.auth().equals(AuthState.INITIAL)) {
            checksum.add(StoreKeys.AUTH, AuthCodec.encodeNumbers(now.auth()));
        }
        now.auth().users().forEach(user -> checksum.add(StoreKeys.user(user.name()), AuthCodec.encode(user)));
        now.auth().roles().forEach(role -> checksum.add(StoreKeys.role(role.name()), AuthCodec.encode(role)));
        LeaseRecords.addTo(checksum, cursor);
        checksum.addVersions(cursor, now.revision(), now.compactedRevision());
        return checksum.value();
    }

    /** Reads while the content is not replaced. */
    final <T> T reading(Supplier<T> question) {
        Lock reading = replacing.readLock();
        reading.lock();
        try {
            return question.get();
        } finally {
            reading.unlock();
        }
    }

    /**
     * Reads one key as it is now, if its newest version tells and the lookup finds it; otherwise it has changed since the current
     * revision was looked up, and what it was before must be searched for.
     */
    private Optional<Result> plainRead(Range range, Function<byte[], Peek> lookup) {
        long revision = state.revision();
        return switch (lookup.apply(StoreKeys.current(range.key()))) {
            case Peek.Unknown unknown -> Optional.empty();
            // It may have been there at that revision, deleted since, and compacted.
            case Peek.Missing missing ->
                state.compactedRevision() > revision
                        ? Optional.empty()
                        : Optional.of(ReadView.plainRead(range, Optional.empty(), revision));
            case Peek.Found found -> plainRead(range, CurrentVersion.decode(found.value()), revision, lookup);
        };
    }

    private static Optional<Result> plainRead(
            Range range, CurrentVersion newest, long revision, Function<byte[], Peek> lookup) {
        if (newest.revision() > revision) {
            return Optional.empty();
        }
        if (newest.version().deleted()) {
            return Optional.of(ReadView.plainRead(range, Optional.empty(), revision));
        }
        Bytes key = range.key();
        Optional<KeyValue> pair = range.needsValue()
                ? CurrentKeys.pair(lookup, key, newest)
                : Optional.of(newest.toKeyValueWithoutValue(key));
        return pair.map(kv -> ReadView.plainRead(range, Optional.of(kv), revision));
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

    private static Result hash(ReadView view, long askedRevision, long askedCompactedRevision) {
        Optional<KvError> error = view.checkRevision(askedRevision);
        if (error.isPresent()) {
            return new Rejected(error.get());
        }
        long revision = askedRevision > 0 ? askedRevision : view.revision();
        long compacted = Math.max(askedCompactedRevision, view.compactedRevision());
        if (compacted > revision) {
            return new Rejected(KvError.COMPACTED);
        }
        HistoryChecksum checksum = new HistoryChecksum();
        checksum.addVersions(view.cursor().get(), revision, compacted);
        return new HashResult(checksum.value(), revision, compacted);
    }

    private Optional<KvError> refusedByCorruption() {
        return state.hasAlarm(Alarm.Type.CORRUPT) ? Optional.of(KvError.CORRUPT) : Optional.empty();
    }
}
