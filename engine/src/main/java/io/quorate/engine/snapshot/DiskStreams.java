package io.quorate.engine.snapshot;

import io.quorate.engine.disk.DiskFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.zip.CRC32C;

/** Reads and writes a {@link DiskFile} from its beginning to its end. */
final class DiskStreams {

    static final int BUFFER_BYTES = 1 << 16;

    /** Many files are small, and need no more. */
    private static final int FIRST_BUFFER_BYTES = 1 << 12;

    private DiskStreams() {}

    /** Reads a file; closes it in the end. */
    static final class Input extends InputStream {

        private final DiskFile file;
        private long position;

        Input(DiskFile file) {
            this.file = file;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, into.length);
            if (length == 0) {
                return 0;
            }
            int count = file.read(ByteBuffer.wrap(into, offset, length), position);
            position += count;
            return count == 0 ? -1 : count;
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    /** Writes a file, with a checksum of what was written; syncs and closes it in the end. */
    static final class Output extends OutputStream {

        private final DiskFile file;
        private ByteBuffer buffer = ByteBuffer.allocate(FIRST_BUFFER_BYTES);
        private final CRC32C crc = new CRC32C();
        private long position;
        private boolean closed;

        Output(DiskFile file) {
            this.file = file;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, from.length);
            for (int done = 0; done < length; ) {
                if (!buffer.hasRemaining()) {
                    makeRoom();
                }
                int count = Math.min(buffer.remaining(), length - done);
                buffer.put(from, offset + done, count);
                done += count;
            }
        }

        private void makeRoom() throws IOException {
            if (buffer.capacity() < BUFFER_BYTES) {
                buffer = ByteBuffer.allocate(2 * buffer.capacity()).put(buffer.flip());
            } else {
                drain();
            }
        }

        private void drain() throws IOException {
            buffer.flip();
            crc.update(buffer.slice());
            int count = buffer.remaining();
            file.write(buffer, position);
            position += count;
            buffer.clear();
        }

        /** What was written until the stream was closed. */
        Manifest.File describe(String name) throws IOException {
            if (!closed) {
                throw new IOException("the file " + name + " of a snapshot was not closed");
            }
            return new Manifest.File(name, position, (int) crc.getValue());
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            try (file) {
                drain();
                file.sync();
            }
            closed = true;
        }
    }
}
