package io.quorate.server.bolt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A page of branches or leaves, of which is known that its table of elements fits into it, and that the elements follow each other
 * behind that: so what is read of it in all is no more than it has.
 *
 * @param name what to call it in messages
 * @param bytes the page from its header on
 */
record BoltPage(String name, boolean isBranch, int count, ByteBuffer bytes) {

    /** @throws BoltException if it is neither, has more elements than room for them, or some that overlap */
    static BoltPage of(String name, ByteBuffer bytes) throws BoltException {
        int flags = Short.toUnsignedInt(bytes.getShort(BoltFormat.FLAGS_AT));
        int count = Short.toUnsignedInt(bytes.getShort(BoltFormat.COUNT_AT));
        if (flags != BoltFormat.BRANCH_PAGE && flags != BoltFormat.LEAF_PAGE) {
            throw new BoltException("it is damaged: " + name + " should hold keys, and has the flags " + flags);
        }
        BoltPage page = new BoltPage(name, flags == BoltFormat.BRANCH_PAGE, count, bytes);
        if (page.elementAt(count) > bytes.limit()) {
            throw page.damage(count);
        }
        page.requireApart();
        return page;
    }

    /** bbolt writes the elements one behind the other. Were one allowed in many, a small file could be read as an endless one. */
    private void requireApart() throws BoltException {
        long end = elementAt(count);
        for (int i = 0; i < count; i++) {
            long start = elementAt(i) + position(i);
            if (start < end) {
                throw new BoltException("it is damaged: element " + i + " of " + name + " overlaps what is before it");
            }
            end = start + size(i);
            if (end > bytes.limit()) {
                throw damage(i);
            }
        }
    }

    private long position(int number) {
        return Integer.toUnsignedLong(bytes.getInt(elementAt(number) + (isBranch ? 0 : 4)));
    }

    private long size(int number) {
        int element = elementAt(number);
        long keyBytes = Integer.toUnsignedLong(bytes.getInt(element + (isBranch ? 4 : 8)));
        return isBranch ? keyBytes : keyBytes + Integer.toUnsignedLong(bytes.getInt(element + 12));
    }

    private int elementAt(int number) {
        return BoltFormat.PAGE_HEADER_BYTES + number * BoltFormat.ELEMENT_BYTES;
    }

    private BoltException damage(int number) {
        return new BoltException("it is damaged: element " + number + " of " + name + " goes beyond its end");
    }

    /** The page that an element of a branch leads to. */
    long child(int number) {
        return bytes.getLong(elementAt(number) + 8);
    }

    /** Whether an element of a leaf is a bucket. */
    boolean isBucket(int number) throws BoltException {
        int flags = bytes.getInt(elementAt(number));
        if (flags != 0 && flags != BoltFormat.BUCKET_FLAG) {
            throw new BoltException("it is damaged: element " + number + " of " + name + " has the flags " + flags);
        }
        return flags == BoltFormat.BUCKET_FLAG;
    }

    /** The key of an element of a leaf. */
    byte[] key(int number) throws BoltException {
        int element = elementAt(number);
        return slice(number, Integer.toUnsignedLong(bytes.getInt(element + 4)), bytes.getInt(element + 8));
    }

    /** The value of an element of a leaf. */
    byte[] value(int number) throws BoltException {
        int element = elementAt(number);
        long position = Integer.toUnsignedLong(bytes.getInt(element + 4));
        return slice(number, position + Integer.toUnsignedLong(bytes.getInt(element + 8)), bytes.getInt(element + 12));
    }

    private byte[] slice(int number, long position, int size) throws BoltException {
        long from = elementAt(number) + position;
        if (size < 0 || from + size > bytes.limit()) {
            throw damage(number);
        }
        return Arrays.copyOfRange(
                bytes.array(), bytes.arrayOffset() + (int) from, bytes.arrayOffset() + (int) from + size);
    }

    /** The page that the value of a small bucket ends with. */
    static BoltPage inline(String name, byte[] bucket) throws BoltException {
        if (bucket.length < BoltFormat.BUCKET_BYTES + BoltFormat.PAGE_HEADER_BYTES) {
            throw new BoltException("it is damaged: " + name + " is cut off");
        }
        ByteBuffer bytes = ByteBuffer.wrap(Arrays.copyOfRange(bucket, BoltFormat.BUCKET_BYTES, bucket.length))
                .order(ByteOrder.LITTLE_ENDIAN);
        BoltPage page = of(name, bytes);
        if (page.isBranch()) {
            throw new BoltException("it is damaged: " + name + " has no page of its own, and more than one level");
        }
        return page;
    }
}
