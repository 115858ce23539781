package io.quorate.kv;

import java.util.Arrays;

/**
 * Removes, in chunks, what compactions have given up; not thread-safe.
 *
 * <p>The history up to the compacted revision is walked through once, the oldest change first, and forgotten on the way.
 * Each change supersedes the version of its key before it, which is removed; a deletion is removed itself, too. So what
 * is left of a key is its newest version, if it is live, and the history that is left below the compacted revision is
 * exactly the work that remains, after a restart as well.
 */
final class HistoryRemoval {
    private static final int CHANGES_PER_CHUNK = 1000;

    private final OrderedStore store;

    /** Nothing is left before it. Without it, each chunk would have to walk over what those before it have removed. */
    private byte[] position = StoreKeys.history(0, 0);

    HistoryRemoval(OrderedStore store) {
        this.store = store;
    }

    /** Removes one chunk; false if nothing is left up to the compacted revision. */
    boolean removeChunk(long compactedRevision) {
        WriteBatch batch = new WriteBatch();
        boolean more;
        try (OrderedStore.Cursor history = store.cursor();
                OrderedStore.Cursor versions = store.cursor()) {
            int changes = 0;
            history.seek(position);
            while (isCompacted(history, compactedRevision) && changes < CHANGES_PER_CHUNK) {
                byte[] change = history.key();
                supersede(versions, change, Bytes.wrap(history.value()), batch);
                batch.delete(change);
                position = change;
                changes++;
                history.next();
            }
            more = isCompacted(history, compactedRevision);
        }
        if (!batch.isEmpty()) {
            store.write(batch);
        }
        return more;
    }

    private static boolean isCompacted(OrderedStore.Cursor history, long compactedRevision) {
        return history.isValid()
                && StoreKeys.isHistory(history.key())
                && StoreKeys.revisionOfHistory(history.key()) <= compactedRevision;
    }

    private static void supersede(OrderedStore.Cursor versions, byte[] change, Bytes userKey, WriteBatch batch) {
        byte[] made = StoreKeys.version(userKey, StoreKeys.revisionOfHistory(change), StoreKeys.subOfHistory(change));
        versions.seek(made);
        if (!versions.isValid() || !Arrays.equals(versions.key(), made)) {
            throw new StoreException("the store's history names a change of " + userKey + " that the store lacks");
        }
        if (Version.decode(Bytes.wrap(versions.value())).deleted()) {
            batch.delete(made);
        }
        versions.next();
        if (versions.isValid() && StoreKeys.isVersion(versions.key()) && StoreKeys.sameUserKey(versions.key(), made)) {
            batch.delete(versions.key());
        }
    }
}
