package io.quorate.server.snapshot;

import io.quorate.encryption.Sealer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A file that is sealed as a whole: {@code byte[8] magic}, the data key as a {@link io.quorate.encryption.WrappedKey}, and then the content
 * in chunks of 64 KiB, of which the last is the one that may be shorter, or empty. Each is sealed together with its number and whether it is
 * the last: so none can be changed, left out, or come elsewhere, and an end that is missing is noticed at once.
 */
final class SealedFormat {
    static final int CHUNK_BYTES = 1 << 16;
    static final int SEALED_CHUNK_BYTES = CHUNK_BYTES + Sealer.OVERHEAD;

    /** What the data keys of files are wrapped for. */
    static final String PURPOSE = "backup";

    private static final byte[] MAGIC = "QuSealed".getBytes(StandardCharsets.US_ASCII);

    private SealedFormat() {}

    static byte[] magic() {
        return MAGIC.clone();
    }

    /** What is sealed with a chunk without being hidden. */
    static ByteBuffer associated(long number, boolean isLast) {
        return ByteBuffer.allocate(Long.BYTES + 1)
                .putLong(number)
                .put((byte) (isLast ? 1 : 0))
                .flip();
    }
}
