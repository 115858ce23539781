package io.quorate.kv;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An immutable string of bytes, ordered as unsigned bytes, lexicographically: the order of keys in the etcd API.
 *
 * <p>It may be a window on a larger array, so that keys and values can be passed on from a log entry or a store record
 * without a copy. Immutable as long as nobody writes to an array that was given to {@link #wrap}.
 */
public final class Bytes implements Comparable<Bytes> {
    private static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

    private final byte[] array;
    private final int offset;
    private final int size;
    private int hash;

    private Bytes(byte[] array, int offset, int size) {
        this.array = array;
        this.offset = offset;
        this.size = size;
    }

    public static Bytes empty() {
        return EMPTY;
    }

    /** Takes over the array without copying it; the caller must not write to it any more. */
    public static Bytes wrap(byte[] array) {
        return array.length == 0 ? EMPTY : new Bytes(array, 0, array.length);
    }

    /**
     * Takes over a window of the array without copying it; the caller must not write to that window any more.
     *
     * @throws IndexOutOfBoundsException if the window does not lie in the array
     */
    public static Bytes wrap(byte[] array, int offset, int size) {
        Objects.checkFromIndexSize(offset, size, array.length);
        return size == 0 ? EMPTY : new Bytes(array, offset, size);
    }

    public static Bytes copyOf(byte[] array) {
        return wrap(array.clone());
    }

    /** Copies the remaining bytes of the buffer, whose position stays as it is. */
    public static Bytes copyOf(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(buffer.position(), copy);
        return wrap(copy);
    }

    public static Bytes utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /**
     * The byte at a position.
     *
     * @throws IndexOutOfBoundsException if there is no such position
     */
    public byte at(int index) {
        return array[offset + Objects.checkIndex(index, size)];
    }

    /** A part of these bytes that shares their storage. */
    public Bytes slice(int from, int length) {
        Objects.checkFromIndexSize(from, length, size);
        return wrap(array, offset + from, length);
    }

    public byte[] toByteArray() {
        return Arrays.copyOfRange(array, offset, offset + size);
    }

    /** A read-only view that shares the storage. */
    public ByteBuffer asByteBuffer() {
        return ByteBuffer.wrap(array, offset, size).slice().asReadOnlyBuffer();
    }

    /** Copies all bytes into the array, beginning at the given position of it. */
    public void copyTo(byte[] target, int targetOffset) {
        System.arraycopy(array, offset, target, targetOffset, size);
    }

    /** Appends all bytes to the buffer at its position. */
    public void writeTo(ByteBuffer target) {
        target.put(array, offset, size);
    }

    void updateInto(MessageDigest digest) {
        digest.update(array, offset, size);
    }

    public String toUtf8() {
        return new String(array, offset, size, StandardCharsets.UTF_8);
    }

    /** What may be told of a value wherever it may not be shown itself. */
    String sizeOnly() {
        return size + (size == 1 ? " byte" : " bytes");
    }

    /** Whether this is the single byte 0, which the etcd API uses as "to the end of the keyspace". */
    boolean isNul() {
        return size == 1 && array[offset] == 0;
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(
                array, offset, offset + size, other.array, other.offset, other.offset + other.size);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bytes that
                && Arrays.equals(array, offset, offset + size, that.array, that.offset, that.offset + that.size);
    }

    @Override
    public int hashCode() {
        int known = hash;
        if (known == 0) {
            known = 1;
            for (int i = offset; i < offset + size; i++) {
                known = 31 * known + array[i];
            }
            hash = known; // a race computes the same value twice
        }
        return known;
    }

    /** Printable ASCII as it is, everything else as {@code \xNN}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(size + 2).append('"');
        for (int i = offset; i < offset + size; i++) {
            int b = array[i] & 0xff;
            if (b >= 0x20 && b < 0x7f && b != '"' && b != '\\') {
                text.append((char) b);
            } else {
                text.append("\\x").append(Character.forDigit(b >> 4, 16)).append(Character.forDigit(b & 15, 16));
            }
        }
        return text.append('"').toString();
    }
}
