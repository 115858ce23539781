package io.quorate.kv;

import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one batch on their way into the store, and the keyspace as it is with them.
 *
 * <p>All changes of one command bear the same revision, and a sub-revision each.
 */
final class Changes implements AutoCloseable {
    private final OrderedStore store;
    private final WriteBatch batch = new WriteBatch();
    private final NavigableMap<byte[], byte[]> versions = new TreeMap<>(Arrays::compareUnsigned);
    private OrderedStore.@Nullable Cursor stored;
    private long revision;
    private int changesOfCommand;

    Changes(OrderedStore store, long revision) {
        this.store = store;
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

    void write(Bytes key, Version version) {
        byte[] versionKey = StoreKeys.version(key, revision + 1, changesOfCommand);
        byte[] encoded = version.encode();
        versions.put(versionKey, encoded);
        batch.put(versionKey, encoded);
        batch.put(StoreKeys.history(revision + 1, changesOfCommand), key.toByteArray());
        changesOfCommand++;
    }

    void endCommand() {
        revision = readRevision();
        changesOfCommand = 0;
    }

    /** The keyspace with all changes so far; to be asked for anew after each change. */
    ReadView view(long compactedRevision) {
        OrderedStore.Cursor cursor = versions.isEmpty() ? stored() : new OverlayCursor(stored(), versions);
        return new ReadView(cursor, readRevision(), compactedRevision);
    }

    /** The pair as it is with all changes so far, if the key is live; the value is empty unless it is asked for. */
    Optional<KeyValue> current(Bytes key, boolean withValue) {
        byte[] from = StoreKeys.newestVersion(key, readRevision());
        Map.Entry<byte[], byte[]> changed = versions.ceilingEntry(from);
        if (changed != null && StoreKeys.sameUserKey(changed.getKey(), from)) {
            Version version = Version.decode(Bytes.wrap(changed.getValue()));
            long modRevision = StoreKeys.revisionOfVersion(changed.getKey());
            return version.deleted() ? Optional.empty() : Optional.of(version.toKeyValue(key, modRevision));
        }
        KeyScan scan = new KeyScan(stored(), new KeyRange.Single(key), revision);
        if (!scan.next()) {
            return Optional.empty();
        }
        return Optional.of(withValue ? scan.keyValue() : scan.keyValueWithoutValue());
    }

    @Override
    public void close() {
        if (stored != null) {
            stored.close();
        }
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
