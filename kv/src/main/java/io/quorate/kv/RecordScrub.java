package io.quorate.kv;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads all records of a store in key order, adds up the digest of the newest versions, and compares those with the index of
 * current versions, which is in the same order. For one thread at a time.
 */
final class RecordScrub {
    private static final int MAX_KEYS_TOLD = 100;

    private final FrozenStore frozen;
    private final DigestChanges digest = new DigestChanges(DigestBuckets.none(), new ElementHash());
    private final List<Bytes> disagreeing = new ArrayList<>();
    private long bytes;

    /** The last record that was read; nothing of it is read again. */
    private byte[] position = new byte[0];

    /** The last version that was the newest of its key. */
    private Optional<byte[]> newest = Optional.empty();

    /** The last record of the index that was compared. */
    private byte[] compared = {StoreKeys.CURRENT};

    RecordScrub(FrozenStore frozen) {
        this.frozen = frozen;
    }

    /** How many bytes were read so far. */
    long bytes() {
        return bytes;
    }

    /** The keys whose newest version is not what the index says, as many as are told. */
    List<Bytes> disagreeing() {
        return disagreeing;
    }

    /** What all records come to, compared with the digest that went with the writes up to an index. Nothing goes with none. */
    ScrubReport report(long appliedIndex) {
        Optional<DigestBuckets> written = DigestBuckets.stored(frozen::get, appliedIndex)
                .or(() -> appliedIndex == 0 ? Optional.of(DigestBuckets.none()) : Optional.empty());
        return new ScrubReport(
                appliedIndex,
                written.map(buckets -> StateDigest.differing(digest.buckets().sums(), buckets.sums()))
                        .orElse(List.of()),
                disagreeing,
                written.isPresent() ? List.of() : List.of("The store has lost its digest."));
    }

    /** Reads on, about so many bytes; answers whether there is more. */
    boolean advance(long maxBytes) {
        long end = bytes + maxBytes;
        try (OrderedStore.Cursor cursor = frozen.cursor();
                OrderedStore.Cursor index = frozen.cursor()) {
            seekBehind(cursor, position);
            seekBehind(index, compared);
            for (; cursor.isValid(); cursor.next()) {
                if (bytes >= end) {
                    return true;
                }
                position = cursor.key();
                read(position, cursor.value(), index);
            }
            compareUpTo(index, Optional.empty());
            // Leases are few beside the keys, and read at once.
            LeaseRecords.addTo(digest, cursor);
        }
        return false;
    }

    private static void seekBehind(OrderedStore.Cursor cursor, byte[] key) {
        cursor.seek(key);
        if (cursor.isValid() && Arrays.equals(cursor.key(), key)) {
            cursor.next();
        }
    }

    private void read(byte[] key, byte[] value, OrderedStore.Cursor index) {
        bytes += key.length + value.length;
        if (!StoreKeys.isVersion(key)) {
            return;
        }
        Version version = Version.decode(Bytes.wrap(value));
        if (newest.isPresent() && StoreKeys.sameUserKey(key, newest.get())) {
            return;
        }
        newest = Optional.of(key);
        Bytes userKey = StoreKeys.userKey(key);
        long revision = StoreKeys.revisionOfVersion(key);
        compareUpTo(index, Optional.of(userKey));
        compareWith(index, userKey, new CurrentVersion(revision, StoreKeys.subOfVersion(key), version.withoutValue()));
        if (!version.deleted()) {
            digest.add(Element.pair(version.toKeyValue(userKey, revision)));
        }
    }

    /** Whatever the index has before a key has no version at all. */
    private void compareUpTo(OrderedStore.Cursor index, Optional<Bytes> end) {
        while (index.isValid() && index.key()[0] == StoreKeys.CURRENT) {
            Bytes userKey = userKeyOf(index.key());
            if (end.isPresent() && userKey.compareTo(end.get()) >= 0) {
                return;
            }
            disagrees(userKey);
            compared(index);
        }
    }

    private void compareWith(OrderedStore.Cursor index, Bytes userKey, CurrentVersion newestVersion) {
        boolean named = index.isValid()
                && index.key()[0] == StoreKeys.CURRENT
                && userKeyOf(index.key()).equals(userKey);
        if (!named || !CurrentVersion.decode(index.value()).equals(newestVersion)) {
            disagrees(userKey);
        }
        if (named) {
            compared(index);
        }
    }

    private void compared(OrderedStore.Cursor index) {
        compared = index.key();
        index.next();
    }

    private void disagrees(Bytes userKey) {
        if (disagreeing.size() < MAX_KEYS_TOLD) {
            disagreeing.add(userKey);
        }
    }

    private static Bytes userKeyOf(byte[] currentKey) {
        return Bytes.wrap(currentKey, 1, currentKey.length - 1);
    }
}
