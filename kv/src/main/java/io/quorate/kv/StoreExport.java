package io.quorate.kv;

import io.quorate.encryption.DataKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The whole content of a store as it was when the export began, to be read beside everything else and in the order in which it
 * came about. For one thread; to be closed.
 *
 * <p>What a compaction gave up is not part of it, whether it was removed already or not.
 */
public final class StoreExport implements AutoCloseable {
    private static final int BATCH_BYTES = 4 << 20;

    private final FrozenStore frozen;
    private final OrderedStore sorter;
    private final SortedRecords records;

    /**
     * @param sorter empty; closed with the export, as is the frozen store
     * @param key what the sorter has is sealed with it, if the store is sealed; nobody needs it afterwards
     */
    StoreExport(FrozenStore frozen, OrderedStore sorter, Optional<DataKey> key) {
        this.frozen = frozen;
        this.sorter = sorter;
        this.records = key.<SortedRecords>map(SortedRecords.Sealed::new).orElse(SortedRecords.PLAIN);
    }

    /** What takes changes; {@code E} is what it throws if it cannot. */
    public interface OnChange<E extends Exception> {
        void change(StoredChange change) throws E;
    }

    /** The log index that the content stands at. */
    public long appliedIndex() {
        return number(StoreKeys.APPLIED_INDEX);
    }

    /** The revision of the last change; 1 if there was none. It may be greater than that of any change that is left. */
    public long revision() {
        return number(StoreKeys.REVISION);
    }

    /** The oldest revision that can be read; -1 as long as nothing was compacted. */
    public long compactedRevision() {
        return number(StoreKeys.COMPACTED_REVISION);
    }

    private long number(byte[] key) {
        return frozen.get(key)
                .map(value -> StoreKeys.number(value, 0))
                .orElseThrow(() -> new StoreException("the store lacks one of its own numbers"));
    }

    /** All leases, in the order of their ids as unsigned numbers. */
    public List<Lease> leases() {
        try (OrderedStore.Cursor cursor = frozen.cursor()) {
            return LeaseRecords.all(cursor);
        }
    }

    /** The alarms that were raised with an {@link AlarmChange}, and not disarmed. */
    public List<Alarm> alarms() {
        List<Alarm> alarms = new ArrayList<>();
        try (OrderedStore.Cursor cursor = frozen.cursor()) {
            for (cursor.seek(new byte[] {StoreKeys.ALARM});
                    cursor.isValid() && cursor.key()[0] == StoreKeys.ALARM;
                    cursor.next()) {
                alarms.add(StoreState.alarm(cursor.key()));
            }
        }
        return alarms;
    }

    /** The users and roles. */
    public AuthState auth() {
        return StoreState.auth(frozen.get(StoreKeys.AUTH), frozen::cursor);
    }

    /**
     * Hands out all changes that a reader may still see, the oldest first: those from the compacted revision on, and before it
     * the last one of each key that was live then. To be called once.
     *
     * <p>The store has its versions in the order of their keys, and of its history only what is not compacted; so they are
     * sorted in another store first, and take up as much room there.
     */
    public <E extends Exception> void changes(OnChange<E> receiver) throws E {
        changes(receiver, () -> {});
    }

    /**
     * As {@link #changes(OnChange)}.
     *
     * @param whileSorting called before every few MiB that are written for the sorting; what it throws ends the export
     */
    public <E extends Exception> void changes(OnChange<E> receiver, Runnable whileSorting) throws E {
        sort(whileSorting);
        try (OrderedStore.Cursor sorted = sorter.cursor()) {
            for (sorted.seek(new byte[] {StoreKeys.HISTORY}); sorted.isValid(); sorted.next()) {
                receiver.change(decode(sorted.key(), records.opened(sorted.key(), sorted.value())));
            }
        }
    }

    private void sort(Runnable whileSorting) {
        long compactedRevision = compactedRevision();
        WriteBatch batch = new WriteBatch();
        int batchBytes = 0;
        byte[] settledKey = new byte[0];
        try (OrderedStore.Cursor cursor = frozen.cursor()) {
            for (cursor.seek(new byte[] {StoreKeys.VERSION}); cursor.isValid(); cursor.next()) {
                byte[] key = cursor.key();
                if (!StoreKeys.isVersion(key)) {
                    break;
                }
                long revision = StoreKeys.revisionOfVersion(key);
                boolean compacted = revision <= compactedRevision;
                if (compacted && StoreKeys.sameUserKey(key, settledKey)) {
                    continue;
                }
                byte[] record = cursor.value();
                if (compacted) {
                    settledKey = key;
                    // What happened at the compacted revision itself can still be watched, a deletion too.
                    if (revision < compactedRevision
                            && Version.decode(Bytes.wrap(record)).deleted()) {
                        continue;
                    }
                }
                byte[] place = StoreKeys.history(revision, StoreKeys.subOfVersion(key));
                byte[] encoded = records.stored(place, encode(StoreKeys.userKey(key), record));
                batch.put(place, encoded);
                batchBytes += encoded.length;
                if (batchBytes >= BATCH_BYTES) {
                    requireUninterrupted();
                    whileSorting.run();
                    sorter.write(batch);
                    batch = new WriteBatch();
                    batchBytes = 0;
                }
            }
        }
        sorter.write(batch);
    }

    /** It may take long, and whoever asked for it may not wait any more. */
    private static void requireUninterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new StoreException("the export was interrupted");
        }
    }

    private static byte[] encode(Bytes userKey, byte[] record) {
        ByteWriter out = new ByteWriter(5 + userKey.size() + record.length);
        out.bytes(userKey);
        out.raw(Bytes.wrap(record));
        return out.toByteArray();
    }

    private static StoredChange decode(byte[] place, byte[] encoded) {
        long revision = StoreKeys.revisionOfHistory(place);
        ByteReader in = new ByteReader(Bytes.wrap(encoded));
        try {
            Bytes userKey = in.bytes();
            Version version = Version.decode(in.raw(in.remaining()));
            return new StoredChange(
                    revision, StoreKeys.subOfHistory(place), version.deleted(), version.toKeyValue(userKey, revision));
        } catch (DecodeException e) {
            throw new StoreException("what was sorted cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            frozen.close();
        } finally {
            sorter.close();
        }
    }
}
