package io.quorate.kv;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Walks twice over the versions in a store, step by step, for those that are plain or sealed with a data key that is not wanted: first it
 * counts them, then it finds them. What is written meanwhile is none of these. For one thread at a time; how much is left, any may ask.
 */
final class SealWalk {
    private static final int RECORDS_AT_A_TIME = 2000;

    /** Whoever writes waits until as many are sealed. */
    private static final int FOUND_AT_A_TIME = 64;

    private static final byte[] BEGINNING = {StoreKeys.VERSION};

    private final OrderedStore store;
    private final int oldestWanted;
    private final byte[] head = new byte[SealedRecord.MAX_HEAD_SIZE];

    /** Nothing before it is looked at again. */
    private byte[] position = BEGINNING;

    private volatile boolean isCounted;
    private volatile boolean isSettled;
    private volatile long left;

    /** @param oldestWanted the lowest number of a data key that what it has sealed may stay sealed with */
    SealWalk(OrderedStore store, int oldestWanted, boolean isSettled) {
        this.store = store;
        this.oldestWanted = oldestWanted;
        this.isSettled = isSettled;
        this.isCounted = isSettled;
    }

    /** Takes a step; tells the keys that it has found, if any, and nothing when all were told. */
    synchronized Optional<List<byte[]>> advance() {
        List<byte[]> found = new ArrayList<>();
        boolean more = step(found);
        if (!isCounted) {
            left += found.size();
            if (!more) {
                isCounted = true;
                position = BEGINNING;
            }
            return Optional.of(List.of());
        }
        return more || !found.isEmpty() ? Optional.of(found) : Optional.empty();
    }

    /** Answers whether there is more behind the step. */
    private boolean step(List<byte[]> found) {
        int most = isCounted ? FOUND_AT_A_TIME : RECORDS_AT_A_TIME;
        try (OrderedStore.Cursor cursor = store.cursor()) {
            cursor.seek(position);
            for (int records = 0; records < RECORDS_AT_A_TIME && found.size() < most; records++) {
                if (!cursor.isValid() || !StoreKeys.isVersion(cursor.key())) {
                    return false;
                }
                byte[] key = cursor.key();
                int size = Math.min(cursor.value(head), head.length);
                if (SealedRecord.isOlderThan(head, size, oldestWanted)) {
                    found.add(key);
                }
                position = after(key);
                cursor.next();
            }
            return true;
        }
    }

    /** The first key that there can be behind another one. */
    private static byte[] after(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }

    /** Begins anew, since what was found may not be sealed: nothing that lies behind the walk is looked at again, so it may pass none over. */
    synchronized void startOver() {
        position = BEGINNING;
        isCounted = false;
        left = 0;
    }

    /** So many of those that were found are sealed as they should be. */
    synchronized void sealedAnew(int count) {
        left = Math.max(0, left - count);
    }

    /** So are all. */
    synchronized void settle() {
        left = 0;
        isSettled = true;
    }

    boolean isSettled() {
        return isSettled;
    }

    OptionalLong left() {
        return isCounted ? OptionalLong.of(left) : OptionalLong.empty();
    }
}
