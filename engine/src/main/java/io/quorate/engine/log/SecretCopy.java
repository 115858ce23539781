package io.quorate.engine.log;

import io.quorate.engine.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A segment's secret once more, directly before its frames: where the header is damaged, the frames can still be told from other bytes, and the latest of them
 * says what the member has promised.
 *
 * <p>Form, big endian: {@code int magic, int crc32c, long segment, long secret}. The checksum covers all behind itself. Where frames begin the header would
 * say; without it, the first copy counts that lies where one may. Whatever a client has written lies behind that.
 */
final class SecretCopy {

    static final int BYTES = 24;

    private static final int MAGIC = 0x514c5343;
    private static final int CRC_OFFSET = 4;
    private static final int CHECKED_OFFSET = 8;
    private static final int SECRET_OFFSET = 16;

    private SecretCopy() {}

    /** Puts it at the end of a buffer that reaches from the segment's beginning to its frames. */
    static void put(ByteBuffer header, long segment, SegmentSecret secret) {
        int at = header.capacity() - BYTES;
        header.putInt(at, MAGIC).putLong(at + CHECKED_OFFSET, segment).putLong(at + SECRET_OFFSET, secret.bits());
        header.putInt(at + CRC_OFFSET, (int) FrameChecksum.of(header, at + CHECKED_OFFSET, at + BYTES));
    }

    /** The secret of a segment whose header is not intact; empty if the copy is neither, or there is none. */
    static Optional<SegmentSecret> find(DiskFile file, long segment) throws IOException {
        ByteBuffer copy = ByteBuffer.allocate(BYTES);
        long end = Math.min(file.size(), SegmentHeader.MAX_DATA_OFFSET);
        for (long frames = SegmentHeader.ALIGNMENT; frames <= end; frames += SegmentHeader.ALIGNMENT) {
            file.read(copy.clear(), frames - BYTES);
            boolean whole = !copy.hasRemaining()
                    && copy.getInt(0) == MAGIC
                    && copy.getLong(CHECKED_OFFSET) == segment
                    && copy.getInt(CRC_OFFSET) == (int) FrameChecksum.of(copy, CHECKED_OFFSET, BYTES);
            if (whole) {
                return Optional.of(new SegmentSecret(copy.getLong(SECRET_OFFSET)));
            }
        }
        return Optional.empty();
    }
}
