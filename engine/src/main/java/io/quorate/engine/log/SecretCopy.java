package io.quorate.engine.log;

import io.quorate.engine.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A segment's secret once more, in a page of its own directly before the frames: where the header's page is lost, the frames can still be told from other
 * bytes, and the latest of them says what the member has promised.
 *
 * <p>Form, big endian: {@code int magic, int crc32c, long segment, long secret}, then zeros. The checksum covers the two numbers.
 *
 * <p>Which page it is the header would say. Without that the pages are looked at in their order, up to where the frames begin and no further: behind that are
 * bytes that clients have chosen, which may look like a copy. So that this can be seen before there is a frame, the beginning of one is written there together
 * with the header: it has this segment's number, and a mark that no frame of it has.
 */
final class SecretCopy {

    static final int PAGE = SegmentHeader.ALIGNMENT;

    /** What is written behind the page, where the first frame will be. */
    static final int BEGINNING_BYTES = BatchFrame.HEADER_BYTES;

    private static final int BYTES = 24;
    private static final int MAGIC = 0x514c5343;
    private static final int CRC_OFFSET = 4;
    private static final int CHECKED_OFFSET = 8;
    private static final int SECRET_OFFSET = 16;

    private SecretCopy() {}

    /** Writes the page again, and nothing else, in a segment whose header is intact; the caller syncs. */
    static void rewrite(DiskFile file, SegmentHeader header) throws IOException {
        ByteBuffer page = ByteBuffer.allocate(PAGE);
        putPage(page, 0, header.sequence(), header.secret());
        file.write(page, header.pagesOffset());
    }

    /** Puts the page at a position of a buffer that is zero there, and behind it where the frames begin. */
    static void put(ByteBuffer out, int at, long segment, SegmentSecret secret) {
        putPage(out, at, segment, secret);
        int frames = at + PAGE;
        out.putInt(frames, BatchFrame.MAGIC).putInt(frames + BatchFrame.VERSION_OFFSET, secret.frameVersion() << 24);
        out.putInt(frames + BatchFrame.MARK_OFFSET, ~secret.mark())
                .putLong(frames + BatchFrame.SEGMENT_OFFSET, segment);
    }

    private static void putPage(ByteBuffer out, int at, long segment, SegmentSecret secret) {
        out.putInt(at, MAGIC).putLong(at + CHECKED_OFFSET, segment).putLong(at + SECRET_OFFSET, secret.bits());
        out.putInt(at + CRC_OFFSET, (int) FrameChecksum.of(out, at + CHECKED_OFFSET, at + BYTES));
    }

    /** The secret that the page at a position has; empty if it is not intact. */
    static Optional<SegmentSecret> read(DiskFile file, long at, long segment) throws IOException {
        ByteBuffer copy = ByteBuffer.allocate(BYTES);
        file.read(copy, at);
        boolean whole = !copy.hasRemaining()
                && copy.getInt(0) == MAGIC
                && copy.getLong(CHECKED_OFFSET) == segment
                && copy.getInt(CRC_OFFSET) == (int) FrameChecksum.of(copy, CHECKED_OFFSET, BYTES);
        return whole ? Optional.of(new SegmentSecret(copy.getLong(SECRET_OFFSET))) : Optional.empty();
    }

    /** The secret of a segment whose header is not intact; empty if the copy is not intact either, or there is none. */
    static Optional<SegmentSecret> find(DiskFile file, long segment) throws IOException {
        Optional<SegmentSecret> found = Optional.empty();
        long last = Math.min(file.size() - PAGE, SegmentHeader.MAX_BYTES);
        for (long at = PAGE; at <= last && found.isEmpty() && !framesBegin(file, at, segment); at += PAGE) {
            found = read(file, at, segment);
        }
        return found;
    }

    private static boolean framesBegin(DiskFile file, long at, long segment) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(BatchFrame.HEADER_BYTES);
        file.read(frame, at);
        return !frame.hasRemaining()
                && frame.getInt(0) == BatchFrame.MAGIC
                && frame.getLong(BatchFrame.SEGMENT_OFFSET) == segment;
    }
}
