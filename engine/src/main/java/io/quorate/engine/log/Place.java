package io.quorate.engine.log;

/** Where an entry lies, in one number: the segment's sequence number and the offset of the entry's first byte in it, or of the block that it is sealed in. */
final class Place {

    private static final int OFFSET_BITS = 36;

    private Place() {}

    static long of(long segment, long offset) {
        return segment << OFFSET_BITS | offset;
    }

    static long segment(long place) {
        return place >>> OFFSET_BITS;
    }

    static long offset(long place) {
        return place & ((1L << OFFSET_BITS) - 1);
    }
}
