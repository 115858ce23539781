package io.quorate.kv;

import java.util.zip.CRC32C;

/**
 * A CRC32C over the versions that count at a revision: those after the compacted revision, and before it the newest of
 * each key that was live then.
 *
 * <p>What a compaction gave up and nobody has removed yet does not count, so that members agree however far each has
 * come with removing.
 */
final class HistoryChecksum {
    private final CRC32C crc = new CRC32C();

    /** Adds the versions up to a revision. */
    void addVersions(OrderedStore.Cursor cursor, long revision, long compactedRevision) {
        byte[] settledKey = new byte[0];
        for (cursor.seek(new byte[] {StoreKeys.VERSION}); cursor.isValid(); cursor.next()) {
            byte[] key = cursor.key();
            if (!StoreKeys.isVersion(key)) {
                break;
            }
            long versionRevision = StoreKeys.revisionOfVersion(key);
            if (versionRevision > revision) {
                continue;
            }
            if (versionRevision > compactedRevision) {
                add(key, cursor.value());
            } else if (!StoreKeys.sameUserKey(key, settledKey)) {
                settledKey = key;
                byte[] record = cursor.value();
                if (!Version.decode(Bytes.wrap(record)).deleted()) {
                    add(key, record);
                }
            }
        }
    }

    /** Adds a key and its value, each after its length, so that bytes cannot move from one to the other unnoticed. */
    void add(byte[] key, byte[] value) {
        crc.update(StoreKeys.number(key.length));
        crc.update(key);
        crc.update(StoreKeys.number(value.length));
        crc.update(value);
    }

    long value() {
        return crc.getValue();
    }
}
