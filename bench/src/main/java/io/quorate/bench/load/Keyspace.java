package io.quorate.bench.load;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The keys of one run, all under a prefix that is its alone, and the values that are put there. Immutable.
 *
 * <p>Values are slices of one block of random bytes: no two are likely to be equal, and none can be compressed.
 */
public final class Keyspace {

    private static final String ALL = "bench/";
    private static final int INDEX_DIGITS = 10;
    private static final int RUN_DIGITS = 8;

    /** The prefix, and an index. */
    static final int MIN_KEY_BYTES = ALL.length() + RUN_DIGITS + 1 + INDEX_DIGITS;

    private static final int SPARE_BYTES = 1 << 16;

    private final String prefix;
    private final LoadPlan.Data data;
    private final byte[] block;

    /**
     * The keys of a run.
     *
     * @param run tells this run's keys from those of others
     * @param data how many keys, and how long
     */
    public Keyspace(int run, LoadPlan.Data data) {
        this.prefix = ALL + String.format(Locale.ROOT, "%08x", run) + "/";
        this.data = data;
        this.block = new byte[data.valueBytes() + SPARE_BYTES];
        new SplittableRandom(run).nextBytes(block);
    }

    /** What every key begins with. */
    public ByteString prefix() {
        return ByteString.copyFrom(prefix, StandardCharsets.US_ASCII);
    }

    /** The end of the range of all keys, exclusive: the prefix with its last byte, a slash, raised by one. */
    public ByteString prefixEnd() {
        return ByteString.copyFrom(
                prefix.substring(0, prefix.length() - 1) + (char) ('/' + 1), StandardCharsets.US_ASCII);
    }

    /** How many keys there are. */
    public int size() {
        return data.keys();
    }

    /**
     * A key.
     *
     * @param index from 0 to one less than {@link #size}; the size itself gives the end of all keys
     */
    public ByteString key(int index) {
        byte[] key = new byte[data.keyBytes()];
        int at = prefix.length();
        for (int i = 0; i < at; i++) {
            key[i] = (byte) prefix.charAt(i);
        }
        int rest = index;
        for (int i = key.length - 1; i >= at; i--) {
            key[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return UnsafeByteOperations.unsafeWrap(key);
    }

    /** A value that no other is likely to be equal to. */
    public ByteString value(RandomGenerator random) {
        return value(random, data.valueBytes());
    }

    /** @param bytes at most as many as values have */
    ByteString value(RandomGenerator random, int bytes) {
        return UnsafeByteOperations.unsafeWrap(block, random.nextInt(SPARE_BYTES), bytes);
    }

    int valueBytes() {
        return data.valueBytes();
    }

    int keyBytes() {
        return data.keyBytes();
    }
}
