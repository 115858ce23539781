package io.quorate.engine.snapshot;

import io.quorate.engine.log.CorruptFrameException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32C;

/**
 * Reads a file of a snapshot from its beginning to its end; the read that reaches the end fails if the whole is not what
 * the manifest says.
 *
 * <p>A file that was verified before may be read otherwise the next time. Only the bytes that are handed out can tell.
 */
final class VerifiedInput extends InputStream {

    private final InputStream in;
    private final Manifest.File expected;
    private final CRC32C crc = new CRC32C();
    private long position;

    VerifiedInput(InputStream in, Manifest.File expected) {
        this.in = in;
        this.expected = expected;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int count = in.read(into, offset, length);
        if (count > 0) {
            crc.update(into, offset, count);
            position += count;
        }
        boolean ended = count < 0 || position >= expected.size();
        if (ended && (position != expected.size() || (int) crc.getValue() != expected.crc())) {
            throw new CorruptFrameException(
                    "the file " + expected.name() + " of a snapshot was read with other bytes than were written");
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
