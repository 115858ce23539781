package io.quorate.kv;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
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
    private final LeaseChanges leases;
    private final NavigableMap<byte[], byte[]> versions = new TreeMap<>(Arrays::compareUnsigned);
    private final Map<Bytes, CurrentVersion> changedKeys = new HashMap<>();
    private OrderedStore.@Nullable Cursor stored;
    private long revision;
    private int changesOfCommand;

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
     * digest is wrong from here on, and shows that the state is.
     *
     * @return the pair; its value may be left out unless it is needed
     * @throws StoreException if the value is needed, and the store has lost it
     */
    Optional<KeyValue> supersede(Bytes key, boolean needsValue) {
        if (changedKeys.containsKey(key)) {
            Optional<KeyValue> changed = current(key, true);
            changed.ifPresent(this::supersede);
            return changed;
        }
        return find(key)
                .filter(current -> !current.version().deleted())
                .map(current -> supersedeStored(key, current, needsValue));
    }

    private KeyValue supersedeStored(Bytes key, CurrentVersion current, boolean needsValue) {
        if (needsValue) {
            KeyValue pair = withStoredValue(key, current);
            digest.removeStored(current, Optional.of(pair));
            return pair;
        }
        digest.removeStored(current, store, key);
        return current.toKeyValueWithoutValue(key);
    }

    /** Takes a pair as a scan of {@link #view} has found it out of the digest. */
    void supersede(KeyValue pair) {
        digest.remove(Element.pair(pair));
    }

    /** Writes a version of a key whose pair was superseded, if it had one. */
    void write(Bytes key, Version version) {
        if (!version.deleted()) {
            digest.add(Element.pair(version.toKeyValue(key, revision + 1)));
        }
        byte[] versionKey = StoreKeys.version(key, revision + 1, changesOfCommand);
        byte[] encoded = version.encode();
        events.add(key, version, revision + 1);
        versions.put(versionKey, encoded);
        batch.put(versionKey, encoded);
        batch.put(StoreKeys.history(revision + 1, changesOfCommand), key.toByteArray());
        changedKeys.put(key, new CurrentVersion(revision + 1, changesOfCommand, version.withoutValue()));
        changesOfCommand++;
    }

    /** The batch with all changes; to be asked for once they are complete. */
    WriteBatch completed() {
        changedKeys.forEach((key, current) -> batch.put(StoreKeys.current(key), current.encode()));
        return batch;
    }

    void endCommand() {
        events.endRevision(readRevision());
        revision = readRevision();
        changesOfCommand = 0;
    }

    /** The keyspace with all changes so far; to be asked for anew after each change. */
    ReadView view(long compactedRevision) {
        Supplier<OrderedStore.Cursor> cursor =
                () -> versions.isEmpty() ? stored() : new OverlayCursor(stored(), versions);
        return new ReadView(cursor, this::current, readRevision(), compactedRevision);
    }

    /** The pair as it is with all changes so far, if the key is live; the value is empty unless it is asked for. */
    Optional<KeyValue> current(Bytes key, boolean withValue) {
        CurrentVersion changed = changedKeys.get(key);
        if (changed == null) {
            return find(key)
                    .filter(current -> !current.version().deleted())
                    .map(current -> withValue ? withStoredValue(key, current) : current.toKeyValueWithoutValue(key));
        }
        if (changed.version().deleted()) {
            return Optional.empty();
        }
        if (!withValue) {
            return Optional.of(changed.toKeyValueWithoutValue(key));
        }
        byte[] version = versions.get(StoreKeys.version(key, changed.revision(), changed.sub()));
        return Optional.of(
                Version.decode(Bytes.wrap(Objects.requireNonNull(version))).toKeyValue(key, changed.revision()));
    }

    @Override
    public void close() {
        if (stored != null) {
            stored.close();
        }
    }

    private Optional<CurrentVersion> find(Bytes key) {
        return recent.find(key).or(() -> CurrentKeys.find(store, key));
    }

    /** To be called once the batch is in the store. */
    void remember() {
        changedKeys.forEach(recent::written);
    }

    private KeyValue withStoredValue(Bytes key, CurrentVersion current) {
        return CurrentKeys.pair(store, key, current)
                .orElseThrow(() -> new StoreException("the store lacks the newest version of " + key));
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
