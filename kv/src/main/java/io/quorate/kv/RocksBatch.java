package io.quorate.kv;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A batch in RocksDB's own encoding, so that it crosses over to native code in one piece: a call for each record costs more
 * than what the record takes there.
 *
 * <p>From RocksDB's {@code db/write_batch.cc}: a sequence number (8 bytes, 0), the number of records (4, little-endian), then for each
 * record its kind (1), its key, and the value if it is a put; keys and values after their length, a varint. RocksDB keeps this in its
 * log, so it stays readable from release to release; a test compares it with what RocksDB writes itself.
 */
final class RocksBatch {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int COUNT_AT = Long.BYTES;
    private static final int HEAD_SIZE = COUNT_AT + Integer.BYTES;
    private static final byte DELETION = 0;
    private static final byte PUT = 1;

    private final byte[] array;
    private int size = HEAD_SIZE;

    private RocksBatch(int arraySize) {
        array = new byte[arraySize];
    }

    /** The encoded batch. */
    static byte[] encode(WriteBatch batch) {
        RocksBatch encoded = new RocksBatch(sizeOf(batch));
        INT.set(encoded.array, COUNT_AT, batch.size());
        batch.writeTo(encoded::put, encoded::delete);
        return encoded.array;
    }

    private static int sizeOf(WriteBatch batch) {
        SizeCount count = new SizeCount();
        batch.writeTo(count::put, count::delete);
        return count.size;
    }

    private static final class SizeCount {
        private int size = HEAD_SIZE;

        void put(byte[] key, byte[] value) {
            delete(key);
            add(value);
        }

        void delete(byte[] key) {
            size++;
            add(key);
        }

        private void add(byte[] part) {
            size = Math.addExact(size, ByteWriter.varintSize(part.length) + part.length);
        }
    }

    private void put(byte[] key, byte[] value) {
        array[size++] = PUT;
        add(key);
        add(value);
    }

    private void delete(byte[] key) {
        array[size++] = DELETION;
        add(key);
    }

    private void add(byte[] part) {
        int rest = part.length;
        while (rest >= 0x80) {
            array[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[size++] = (byte) rest;
        System.arraycopy(part, 0, array, size, part.length);
        size += part.length;
    }
}
