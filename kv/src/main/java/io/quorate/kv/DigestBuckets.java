package io.quorate.kv;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The sums of the hashes of all that is found by a key, spread over buckets by the key's hash. Immutable.
 *
 * <p>They are stored in one record, together with the applied index that they belong to: that is more bytes than those
 * that changed, but only one more record in a batch, and records are what a batch costs.
 */
final class DigestBuckets {
    static final int COUNT = 64;

    /** How buckets are chosen, hashed and stored. Whoever changes any of that counts it up, and all digests are recomputed. */
    private static final int VERSION = 1;

    private static final int SIZE = Long.BYTES + COUNT * DigestSum.SIZE;
    private static final int BUCKET_BITS = Integer.numberOfTrailingZeros(COUNT);

    private final long[] lanes;

    DigestBuckets(long[] lanes) {
        this.lanes = lanes;
    }

    /** Those of a store without a key. */
    static DigestBuckets none() {
        return new DigestBuckets(new long[COUNT * DigestSum.LANES]);
    }

    /**
     * What the store has, or what its content comes to if it has none that belongs to its applied index: an earlier
     * release has written to it, which knew nothing of digests.
     */
    static DigestBuckets load(OrderedStore store, long appliedIndex) {
        return stored(store::get, appliedIndex).orElseGet(() -> compute(store));
    }

    /** What the store has, if that belongs to its applied index. */
    static Optional<DigestBuckets> stored(Function<byte[], Optional<byte[]>> store, long appliedIndex) {
        Optional<byte[]> stored = store.apply(StoreKeys.digest(VERSION));
        if (stored.isEmpty()
                || stored.get().length != SIZE
                || StoreKeys.number(stored.get(), 0) != appliedIndex) {
            return Optional.empty();
        }
        long[] lanes = new long[COUNT * DigestSum.LANES];
        ByteBuffer.wrap(stored.get()).position(Long.BYTES).asLongBuffer().get(lanes);
        return Optional.of(new DigestBuckets(lanes));
    }

    /** What the content comes to. Reads all live keys. */
    static DigestBuckets compute(OrderedStore store) {
        DigestChanges all = new DigestChanges(none(), new ElementHash());
        try (OrderedStore.Cursor cursor = store.cursor()) {
            KeyScan scan = new KeyScan(cursor, new KeyRange.From(Bytes.empty()), Long.MAX_VALUE);
            while (scan.next()) {
                all.add(Element.pair(scan.keyValue()));
            }
            LeaseRecords.addTo(all, cursor);
        }
        return all.buckets();
    }

    /** The bucket of what is found by a key: the finalizer of MurmurHash3 spreads the hash of the bytes. */
    static int of(Bytes key) {
        int h = key.hashCode();
        h = (h ^ (h >>> 16)) * 0x85ebca6b;
        h = (h ^ (h >>> 13)) * 0xc2b2ae35;
        return (h ^ (h >>> 16)) >>> (Integer.SIZE - BUCKET_BITS);
    }

    /** A copy to be changed. */
    long[] copyOfLanes() {
        return lanes.clone();
    }

    /** Adds them to a batch that reaches an applied index. */
    void writeTo(WriteBatch batch, long appliedIndex) {
        ByteBuffer encoded = ByteBuffer.allocate(SIZE);
        encoded.putLong(appliedIndex).asLongBuffer().put(lanes);
        batch.put(StoreKeys.digest(VERSION), encoded.array());
    }

    /** One sum for each bucket. */
    List<DigestSum> sums() {
        List<DigestSum> sums = new ArrayList<>(COUNT);
        for (int bucket = 0; bucket < COUNT; bucket++) {
            sums.add(sum(lanes, bucket * DigestSum.LANES));
        }
        return sums;
    }

    /** What {@link DigestSum#shortened} is of the sum of all. */
    long shortened() {
        long sum = 0;
        for (int lane = 0; lane < lanes.length; lane += DigestSum.LANES) {
            sum += lanes[lane];
        }
        return sum;
    }

    static DigestSum sum(long[] lanes, int offset) {
        return new DigestSum(lanes[offset], lanes[offset + 1], lanes[offset + 2], lanes[offset + 3]);
    }
}
