package io.quorate.kv;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Removes, in chunks, what compactions have given up; not thread-safe.
 *
 * <p>The history before the compacted revision is walked through once, the oldest change first, and forgotten on the way.
 * Each change supersedes the version of its key before it, which is removed; a deletion is removed itself, too. So what
 * is left of a key is its newest version, if it is live, and the history that is left below the compacted revision is
 * exactly the work that remains, after a restart as well. The compacted revision itself stays whole until the next
 * compaction: a watcher may begin there.
 */
final class HistoryRemoval {
    private static final int CHANGES_PER_CHUNK = 1000;

    private final OrderedStore store;
    private final Object writing;

    /** Nothing is left before it. Without it, each chunk would have to walk over what those before it have removed. */
    private byte[] position = StoreKeys.history(0, 0);

    /**
     * Removes from a store.
     *
     * @param writing held by whoever changes keys: a deleted key is forgotten altogether only if nobody has put it again
     */
    HistoryRemoval(OrderedStore store, Object writing) {
        this.store = store;
        this.writing = writing;
    }

    /** Removes one chunk; false if nothing is left before the compacted revision. */
    boolean removeChunk(long compactedRevision) {
        WriteBatch batch = new WriteBatch();
        Map<Bytes, byte[]> deletions = new HashMap<>();
        boolean more;
        try (OrderedStore.Cursor history = store.cursor();
                OrderedStore.Cursor versions = store.cursor()) {
            int changes = 0;
            history.seek(position);
            while (isCompacted(history, compactedRevision) && changes < CHANGES_PER_CHUNK) {
                byte[] change = history.key();
                Bytes userKey = Bytes.wrap(history.value());
                if (supersede(versions, change, userKey, batch)) {
                    deletions.put(userKey, change);
                }
                batch.delete(change);
                position = change;
                changes++;
                history.next();
            }
            more = isCompacted(history, compactedRevision);
        }
        if (!batch.isEmpty()) {
            write(batch, deletions);
        }
        return more;
    }

    private void write(WriteBatch batch, Map<Bytes, byte[]> deletions) {
        synchronized (writing) {
            deletions.forEach((userKey, change) -> CurrentKeys.find(store, userKey)
                    .filter(current -> current.isFrom(change))
                    .ifPresent(current -> batch.delete(StoreKeys.current(userKey))));
            store.write(batch);
        }
    }

    private static boolean isCompacted(OrderedStore.Cursor history, long compactedRevision) {
        return history.isValid()
                && StoreKeys.isHistory(history.key())
                && StoreKeys.revisionOfHistory(history.key()) < compactedRevision;
    }

    /** Removes what a change has made unreadable; answers whether the change was a deletion. */
    private static boolean supersede(OrderedStore.Cursor versions, byte[] change, Bytes userKey, WriteBatch batch) {
        byte[] made = StoreKeys.version(userKey, StoreKeys.revisionOfHistory(change), StoreKeys.subOfHistory(change));
        versions.seek(made);
        if (!versions.isValid() || !Arrays.equals(versions.key(), made)) {
            throw new StoreException("the store's history names a change of " + userKey + " that the store lacks");
        }
        byte[] record = versions.value();
        boolean deletion = Version.isDeletion(record, record.length);
        if (deletion) {
            batch.delete(made);
        }
        versions.next();
        if (versions.isValid() && StoreKeys.isVersion(versions.key()) && StoreKeys.sameUserKey(versions.key(), made)) {
            batch.delete(versions.key());
        }
        return deletion;
    }
}
