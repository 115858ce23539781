package io.quorate.kv;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one batch on their way into the store, and the keyspace as it is with them.
 *
 * <p>All changes of one command bear the same revision, and a sub-revision each.
 */
final class Changes implements AutoCloseable {
    private final OrderedStore store;
    private final RecentKeys recent;
    private final EventLog events;
    private final DigestChanges digest;
    private final WriteBatch batch = new WriteBatch();
    private final HistoryRecord.Writer history = new HistoryRecord.Writer();
    private final LeaseChanges leases;
    private final Map<Bytes, Changed> changedKeys = new HashMap<>();

    /** What the store was asked for: a command asks for a key when it is judged, and again when it is done. */
    private final Map<Bytes, Optional<NewestVersion>> foundInStore = new HashMap<>();

    private OrderedStore.@Nullable Cursor stored;

    /** The versions in the batch, in order: most batches are never scanned, and have none. */
    private @Nullable NavigableMap<byte[], byte[]> versions;

    private @Nullable OptionalLong epoch;
    private long revision;
    private int changesOfCommand;

    /** A key's newest version, and its record. */
    private record Changed(NewestVersion newest, Bytes record) {
        /** Says nothing of the value. */
        @Override
        public String toString() {
            return "Changed[" + newest + ", " + record.sizeOnly() + "]";
        }
    }

    Changes(OrderedStore store, RecentKeys recent, DigestChanges digest, EventLog events, long revision) {
        this.store = store;
        this.recent = recent;
        this.digest = digest;
        this.events = events;
        this.leases = new LeaseChanges(store, batch, digest);
        this.revision = revision;
    }

    /** The revision of the last command that changed something, apart from the one under way. */
    long revision() {
        return revision;
    }

    /** As {@link #revision}, but that of the command under way once it has changed something. */
    long readRevision() {
        return changesOfCommand > 0 ? revision + 1 : revision;
    }

    WriteBatch batch() {
        return batch;
    }

    LeaseChanges leases() {
        return leases;
    }

    /** The digest with all changes so far. */
    DigestBuckets digest() {
        return digest.buckets();
    }

    /**
     * Takes a key's pair out of the digest, if it is live: the first half of {@link #write}.
     *
     * <p>What is taken out is what the store holds by now, not what was once written: if the two are not the same, the
     * digest is wrong from here on, and shows that the state is. A pair that has not left memory is what was written.
     *
     * @return the pair; its value may be left out unless it is needed
     * @throws StoreException if the value is needed, and the store has lost it
     */
    Optional<KeyValue> supersede(Bytes key, boolean needsValue) {
        Changed ofBatch = changedKeys.get(key);
        if (ofBatch != null) {
            ofBatch.newest().written().ifPresent(written -> digest.remove(key, written.hash()));
            return current(key, needsValue);
        }
        Optional<NewestVersion> newest = find(key);
        return newest.isEmpty() || newest.get().isDeletion()
                ? Optional.empty()
                : Optional.of(supersedeStored(key, newest.get(), needsValue));
    }

    private KeyValue supersedeStored(Bytes key, NewestVersion newest, boolean needsValue) {
        if (needsValue) {
            byte[] record = storedRecord(key, newest);
            digest.removeStored(key, newest, record);
            return pair(key, newest, Bytes.wrap(record));
        }
        Optional<NewestVersion.Written> inMemory = newest.written().filter(written -> written.isInMemory(epoch()));
        if (inMemory.isPresent()) {
            digest.remove(key, inMemory.get().hash());
        } else {
            digest.removeStored(key, newest, store);
        }
        return newest.current().toKeyValueWithoutValue(key);
    }

    /** Before the batch is written: what it writes is compared with this later. */
    private OptionalLong epoch() {
        OptionalLong known = epoch;
        if (known == null) {
            known = store.memoryEpoch();
            epoch = known;
        }
        return known;
    }

    /** Takes a pair as a scan of {@link #view} has found it out of the digest. */
    void supersede(KeyValue pair) {
        digest.remove(Element.pair(pair));
    }

    /** Writes a version of a key whose pair was superseded, if it had one. */
    void write(Bytes key, Version version) {
        byte[] versionKey = StoreKeys.version(key, revision + 1, changesOfCommand);
        byte[] encoded = version.encode();
        Optional<NewestVersion.Written> written = version.deleted()
                ? Optional.empty()
                : Optional.of(NewestVersion.Written.of(
                        digest.add(Element.pair(version.toKeyValue(key, revision + 1))), encoded, epoch()));
        events.add(key, version, revision + 1);
        batch.put(versionKey, encoded);
        if (versions != null) {
            versions.put(versionKey, encoded);
        }
        note(new HistoryRecord.Change(revision + 1, changesOfCommand, key));
        CurrentVersion current = new CurrentVersion(revision + 1, changesOfCommand, version.withoutValue());
        changedKeys.put(key, new Changed(new NewestVersion(current, written), Bytes.wrap(encoded)));
        changesOfCommand++;
    }

    private void note(HistoryRecord.Change change) {
        if (!history.takes(change)) {
            history.moveTo(batch);
        }
        history.add(change);
    }

    /** The batch with all changes; to be asked for once they are complete. */
    WriteBatch completed() {
        history.moveTo(batch);
        changedKeys.forEach((key, changed) ->
                batch.put(StoreKeys.current(key), changed.newest().current().encode()));
        return batch;
    }

    void endCommand() {
        events.endRevision(readRevision());
        revision = readRevision();
        changesOfCommand = 0;
    }

    /** The keyspace with all changes so far; to be asked for anew after each change. */
    ReadView view(long compactedRevision) {
        return new ReadView(this::cursor, this::current, readRevision(), compactedRevision);
    }

    private OrderedStore.Cursor cursor() {
        return changedKeys.isEmpty() ? stored() : new OverlayCursor(stored(), versions());
    }

    private NavigableMap<byte[], byte[]> versions() {
        NavigableMap<byte[], byte[]> known = versions;
        if (known == null) {
            NavigableMap<byte[], byte[]> gathered = new TreeMap<>(Arrays::compareUnsigned);
            batch.writeTo(
                    (key, value) -> {
                        if (StoreKeys.isVersion(key)) {
                            gathered.put(key, value);
                        }
                    },
                    deleted -> {});
            versions = gathered;
            return gathered;
        }
        return known;
    }

    /** The pair as it is with all changes so far, if the key is live; the value is empty unless it is asked for. */
    Optional<KeyValue> current(Bytes key, boolean withValue) {
        Changed changed = changedKeys.get(key);
        Optional<NewestVersion> newest = changed == null ? find(key) : Optional.of(changed.newest());
        if (newest.isEmpty() || newest.get().isDeletion()) {
            return Optional.empty();
        }
        CurrentVersion current = newest.get().current();
        if (!withValue) {
            return Optional.of(current.toKeyValueWithoutValue(key));
        }
        Bytes record = changed == null ? Bytes.wrap(storedRecord(key, newest.get())) : changed.record();
        return Optional.of(pair(key, newest.get(), record));
    }

    @Override
    public void close() {
        if (stored != null) {
            stored.close();
        }
    }

    private Optional<NewestVersion> find(Bytes key) {
        Optional<NewestVersion> known = recent.find(key);
        return known.isPresent()
                ? known
                : foundInStore.computeIfAbsent(
                        key, absent -> CurrentKeys.find(store, absent).map(NewestVersion::fromIndex));
    }

    /** To be called once the batch is in the store. */
    void remember() {
        changedKeys.forEach((key, changed) -> recent.written(key, changed.newest()));
    }

    private byte[] storedRecord(Bytes key, NewestVersion newest) {
        return CurrentKeys.record(store, key, newest.current())
                .orElseThrow(() -> new StoreException("the store lacks the newest version of " + key));
    }

    private static KeyValue pair(Bytes key, NewestVersion newest, Bytes record) {
        return Version.decode(record).toKeyValue(key, newest.current().revision());
    }

    /** One cursor serves the whole batch, since nobody else changes the versions meanwhile. */
    private OrderedStore.Cursor stored() {
        OrderedStore.Cursor cursor = stored;
        if (cursor == null) {
            cursor = store.cursor();
            stored = cursor;
        }
        return cursor;
    }
}
