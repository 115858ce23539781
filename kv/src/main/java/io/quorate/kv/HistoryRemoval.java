package io.quorate.kv;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

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
        Map<Bytes, HistoryRecord.Change> deletions = new HashMap<>();
        boolean more;
        try (OrderedStore.Cursor history = store.cursor();
                OrderedStore.Cursor versions = store.cursor()) {
            int changes = 0;
            history.seek(position);
            Optional<HistoryRecord> record = compacted(history, compactedRevision);
            while (record.isPresent() && changes < CHANGES_PER_CHUNK) {
                int removed = 0;
                for (HistoryRecord.Change change : record.get().changes()) {
                    if (change.revision() >= compactedRevision) {
                        break;
                    }
                    if (supersede(versions, change, batch)) {
                        deletions.put(change.key(), change);
                    }
                    removed++;
                }
                record.get().removeFirst(removed, batch);
                position = record.get().place().toByteArray();
                changes += removed;
                history.next();
                record = compacted(history, compactedRevision);
            }
            more = record.isPresent();
        }
        if (!batch.isEmpty()) {
            write(batch, deletions);
        }
        return more;
    }

    private void write(WriteBatch batch, Map<Bytes, HistoryRecord.Change> deletions) {
        synchronized (writing) {
            deletions.forEach((userKey, change) -> CurrentKeys.find(store, userKey)
                    .filter(current -> current.isFrom(change))
                    .ifPresent(current -> batch.delete(StoreKeys.current(userKey))));
            store.write(batch);
        }
    }

    /** The record at hand, if any change in it is compacted. */
    private static Optional<HistoryRecord> compacted(OrderedStore.Cursor history, long compactedRevision) {
        return HistoryRecord.isAt(history)
                ? Optional.of(HistoryRecord.at(history))
                        .filter(record -> record.changes().getFirst().revision() < compactedRevision)
                : Optional.empty();
    }

    /** Removes what a change has made unreadable; answers whether the change was a deletion. */
    private static boolean supersede(OrderedStore.Cursor versions, HistoryRecord.Change change, WriteBatch batch) {
        byte[] made = change.versionKey();
        versions.seek(made);
        if (!versions.isValid() || !Arrays.equals(versions.key(), made)) {
            throw new StoreException("the store's history names a change of " + change.key() + " that the store lacks");
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
