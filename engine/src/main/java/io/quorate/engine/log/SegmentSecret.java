package io.quorate.engine.log;

import java.nio.ByteBuffer;

/**
 * Random bits of one segment, that nobody is told of: a part of them stands in each of its frames, and each checksum begins with all of them. So no bytes
 * that lay in the segment's file before can be taken for a frame of it, not even those that a client has chosen, but by a chance of 2^-32 for what looks like
 * one and 2^-64 for what is taken for one.
 *
 * <p>Sealed segments have none, for nobody chooses what lies in their files; nor do those of earlier releases.
 *
 * @param bits 0 if there is none
 */
record SegmentSecret(long bits) {

    static final SegmentSecret NONE = new SegmentSecret(0);

    boolean isNone() {
        return bits == 0;
    }

    /** The format of frames that are checked with it. */
    byte frameVersion() {
        return isNone() ? BatchFrame.VERSION : BatchFrame.MARKED_VERSION;
    }

    /** What of it stands in each frame, so that the others need not be read as far as their checksum. */
    int mark() {
        return (int) (bits >>> Integer.SIZE);
    }

    /** Whether this is what a frame of the segment has in the mark's place. */
    boolean allows(int mark) {
        return isNone() || mark == mark();
    }

    /** The checksum of the frame from one position of a buffer up to another. */
    int checksum(ByteBuffer buffer, int start, int end) {
        int from = start + BatchFrame.VERSION_OFFSET;
        return (int) (isNone() ? FrameChecksum.of(buffer, from, end) : FrameChecksum.behind(bits, buffer, from, end));
    }

    /** Tells nothing of the bits. */
    @Override
    public String toString() {
        return isNone() ? "no secret" : "a secret";
    }
}
