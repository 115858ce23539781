package io.quorate.kv;

/**
 * Walks over the keys of a range that are live at a revision, in order.
 *
 * <p>A key may have many versions. After a few steps over those that do not matter it seeks past them, so that a walk
 * takes time in proportion to the number of keys, not of versions.
 */
final class KeyScan {
    /** A seek costs about as much as this many steps. */
    private static final int STEPS_BEFORE_SEEK = 4;

    private final OrderedStore.Cursor cursor;
    private final KeyRange range;
    private final long revision;

    /** How the record at hand begins. It is used again, so nothing that shares it may leave this class. */
    private final byte[] head = new byte[Version.MAX_HEAD_SIZE];

    private int headSize;

    /** The version at hand, or the last one looked at. */
    private byte[] versionKey = new byte[0];

    private Bytes userKey = Bytes.empty();

    /** Whether the newest version at the revision was found already for the key at hand. */
    private boolean decided;

    private boolean started;

    /** Begins before the first key; the cursor is moved, but not closed. */
    KeyScan(OrderedStore.Cursor cursor, KeyRange range, long revision) {
        this.cursor = cursor;
        this.range = range;
        this.revision = revision;
    }

    /** Goes to the next live key; false if there is none. */
    boolean next() {
        if (!started) {
            started = true;
            cursor.seek(StoreKeys.newestVersion(range.first(), revision));
        } else if (range instanceof KeyRange.Single) {
            return false;
        } else {
            cursor.next();
        }
        int steps = 0;
        while (cursor.isValid()) {
            byte[] key = cursor.key();
            if (!StoreKeys.isVersion(key)) {
                return false;
            }
            if (!StoreKeys.sameUserKey(key, versionKey)) {
                userKey = StoreKeys.userKey(key);
                if (!range.contains(userKey)) {
                    return false;
                }
                versionKey = key;
                decided = false;
                steps = 0;
            }
            if (!decided && StoreKeys.revisionOfVersion(key) <= revision) {
                decided = true;
                versionKey = key;
                headSize = Math.min(cursor.value(head), head.length);
                if (!Version.isDeletion(head, headSize)) {
                    return true;
                }
            }
            if (++steps <= STEPS_BEFORE_SEEK) {
                cursor.next();
            } else {
                steps = 0;
                cursor.seek(decided ? StoreKeys.pastVersions(key) : StoreKeys.newestVersion(key, revision));
            }
        }
        return false;
    }

    /** The key at hand. */
    Bytes key() {
        return userKey;
    }

    /** The pair at hand. */
    KeyValue keyValue() {
        return Version.decode(Bytes.wrap(cursor.value())).toKeyValue(userKey, modRevision());
    }

    /** The pair at hand with an empty value, which is not read. */
    KeyValue keyValueWithoutValue() {
        return Version.decode(Bytes.wrap(head, 0, headSize)).withoutValue().toKeyValue(userKey, modRevision());
    }

    private long modRevision() {
        return StoreKeys.revisionOfVersion(versionKey);
    }
}
