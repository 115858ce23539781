package io.quorate.kv;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * A CRC32C over the versions that count at a revision: those after the compacted revision, and before it the newest of
 * each key that was live then.
 *
 * <p>What a compaction gave up and nobody has removed yet does not count, so that members agree however far each has
 * come with removing.
 */
final class HistoryChecksum {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int GATHERED_SIZE = 1 << 12;

    private final CRC32C crc = new CRC32C();

    /** Small parts are put together before the checksum takes them: a few large ones cost less than many small ones. */
    private final byte[] gathered = new byte[GATHERED_SIZE];

    private int gatheredSize;

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
                if (!Version.isDeletion(record, record.length)) {
                    add(key, record);
                }
            }
        }
    }

    /** Adds a key and its value, each after its length, so that bytes cannot move from one to the other unnoticed. */
    void add(byte[] key, byte[] value) {
        addWithLength(key);
        addWithLength(value);
    }

    private void addWithLength(byte[] part) {
        if (gathered.length - gatheredSize < Long.BYTES) {
            takeGathered();
        }
        LONG.set(gathered, gatheredSize, (long) part.length);
        gatheredSize += Long.BYTES;
        if (gathered.length - gatheredSize < part.length) {
            takeGathered();
        }
        if (gathered.length < part.length) {
            crc.update(part);
        } else {
            System.arraycopy(part, 0, gathered, gatheredSize, part.length);
            gatheredSize += part.length;
        }
    }

    private void takeGathered() {
        crc.update(gathered, 0, gatheredSize);
        gatheredSize = 0;
    }

    long value() {
        takeGathered();
        return crc.getValue();
    }
}
