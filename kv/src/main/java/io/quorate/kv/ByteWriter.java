package io.quorate.kv;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing array of bytes that encodings are written into; not thread-safe. */
final class ByteWriter {
    private byte[] array;
    private int size;

    ByteWriter(int expectedSize) {
        array = new byte[Math.max(16, expectedSize)];
    }

    void u8(int value) {
        reserve(1);
        array[size++] = (byte) value;
    }

    /** Seven bits a byte, the lowest first; negative numbers take ten bytes. */
    void varint(long value) {
        reserve(varintSize(value));
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            array[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[size++] = (byte) rest;
    }

    /** How many bytes {@link #varint} takes. */
    static int varintSize(long value) {
        return 1 + (Long.SIZE - 1 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    /** Eight bytes, the highest first. */
    void u64(long value) {
        reserve(Long.BYTES);
        ByteBuffer.wrap(array).putLong(size, value);
        size += Long.BYTES;
    }

    /** The bytes, after their number. */
    void bytes(Bytes value) {
        varint(value.size());
        raw(value);
    }

    void raw(Bytes value) {
        reserve(value.size());
        value.copyTo(array, size);
        size += value.size();
    }

    void text(String value) {
        bytes(Bytes.wrap(value.getBytes(StandardCharsets.UTF_8)));
    }

    int size() {
        return size;
    }

    byte[] toByteArray() {
        return size == array.length ? array : Arrays.copyOf(array, size);
    }

    private void reserve(int more) {
        if (array.length - size < more) {
            array = Arrays.copyOf(array, Math.max(Math.addExact(size, more), (int)
                    Math.min(Integer.MAX_VALUE - 8, array.length * 2L)));
        }
    }
}
