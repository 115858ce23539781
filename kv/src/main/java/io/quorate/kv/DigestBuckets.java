package io.quorate.kv;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The sums of the hashes of all that is found by a key, spread over buckets by the key's hash. Immutable.
 *
 * <p>They are stored in rows of several buckets. A batch writes the rows that it has changed: few bytes if it is small,
 * and few records if it is large.
 */
final class DigestBuckets {
    static final int COUNT = 64;

    /** How buckets are chosen, hashed and stored. Whoever changes any of that counts it up, and all digests are recomputed. */
    private static final int VERSION = 1;

    private static final int BUCKETS_IN_ROW = 8;
    private static final int ROWS = COUNT / BUCKETS_IN_ROW;
    private static final int LANES_IN_ROW = BUCKETS_IN_ROW * DigestSum.LANES;
    private static final int ALL_ROWS = (1 << ROWS) - 1;
    private static final int BUCKET_BITS = Integer.numberOfTrailingZeros(COUNT);

    private final long[] lanes;

    /** One bit for each row: whether the store does not have it as it is here. */
    private final int unwrittenRows;

    private DigestBuckets(long[] lanes, int unwrittenRows) {
        this.lanes = lanes;
        this.unwrittenRows = unwrittenRows;
    }

    /** Those of a store without a key; nothing of them is written yet. */
    static DigestBuckets none() {
        return new DigestBuckets(new long[COUNT * DigestSum.LANES], ALL_ROWS);
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
        Optional<byte[]> index = store.apply(StoreKeys.DIGEST_INDEX);
        if (index.isEmpty() || StoreKeys.number(index.get(), 0) != appliedIndex) {
            return Optional.empty();
        }
        long[] lanes = new long[COUNT * DigestSum.LANES];
        for (int row = 0; row < ROWS; row++) {
            Optional<byte[]> stored = store.apply(StoreKeys.digestRow(VERSION, row));
            if (stored.isEmpty() || stored.get().length != LANES_IN_ROW * Long.BYTES) {
                return Optional.empty();
            }
            ByteBuffer.wrap(stored.get()).asLongBuffer().get(lanes, row * LANES_IN_ROW, LANES_IN_ROW);
        }
        return Optional.of(new DigestBuckets(lanes, 0));
    }

    /** What the content comes to. Reads all live keys. */
    static DigestBuckets compute(OrderedStore store) {
        DigestChanges all = new DigestChanges(none(), new ElementHash());
        try (OrderedStore.Cursor cursor = store.cursor()) {
            KeyScan scan = new KeyScan(cursor, new KeyRange.From(Bytes.empty()), Long.MAX_VALUE);
            while (scan.next()) {
                all.add(Element.pair(scan.keyValue()));
            }
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

    /** The buckets after a change that concerned some of them. */
    DigestBuckets changed(long[] newLanes, long changedBuckets) {
        int rows = unwrittenRows;
        for (int row = 0; row < ROWS; row++) {
            if ((changedBuckets >>> (row * BUCKETS_IN_ROW) & (1 << BUCKETS_IN_ROW) - 1) != 0) {
                rows |= 1 << row;
            }
        }
        return new DigestBuckets(newLanes, rows);
    }

    /** Adds what is not written to a batch that reaches an applied index; answers the buckets as they are afterwards. */
    DigestBuckets writeTo(WriteBatch batch, long appliedIndex) {
        for (int row = 0; row < ROWS; row++) {
            if ((unwrittenRows & 1 << row) != 0) {
                ByteBuffer encoded = ByteBuffer.allocate(LANES_IN_ROW * Long.BYTES);
                encoded.asLongBuffer().put(lanes, row * LANES_IN_ROW, LANES_IN_ROW);
                batch.put(StoreKeys.digestRow(VERSION, row), encoded.array());
            }
        }
        batch.put(StoreKeys.DIGEST_INDEX, StoreKeys.number(appliedIndex));
        return new DigestBuckets(lanes, 0);
    }

    /** Whether the store has all of them as they are here. */
    boolean areWritten() {
        return unwrittenRows == 0;
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
