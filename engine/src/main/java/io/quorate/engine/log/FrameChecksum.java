package io.quorate.engine.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The CRC32C of a part of a buffer: what frames on disk and on the wire are checked by. */
public final class FrameChecksum {

    private FrameChecksum() {}

    /**
     * The checksum of the bytes from {@code from} up to and without {@code to}; the buffer's position and limit do not matter,
     * and stay.
     *
     * @return 32 bits, which an {@code int} holds when it is cast to one
     */
    public static long of(ByteBuffer buffer, int from, int to) {
        return of(new CRC32C(), buffer, from, to);
    }

    /** The checksum of the eight bytes of a number, the highest first, and behind them those of the buffer. */
    static long behind(long first, ByteBuffer buffer, int from, int to) {
        CRC32C crc = new CRC32C();
        for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            crc.update((int) (first >>> shift));
        }
        return of(crc, buffer, from, to);
    }

    private static long of(CRC32C crc, ByteBuffer buffer, int from, int to) {
        if (buffer.hasArray()) {
            // Without a view of the buffer: this is done for each frame and each entry.
            crc.update(buffer.array(), buffer.arrayOffset() + from, to - from);
        } else {
            crc.update(buffer.slice(from, to - from));
        }
        return crc.getValue();
    }
}
