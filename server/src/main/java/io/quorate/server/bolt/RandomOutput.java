package io.quorate.server.bolt;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Takes bytes one behind the other, and some at its beginning again. For one thread. */
public interface RandomOutput extends Closeable {

    /** How many bytes at the beginning can be written again, or later than what follows them, at least. */
    int BEGINNING = 1 << 16;

    /** Writes all that is left in a buffer, at the end or within the {@link #BEGINNING}. */
    void write(ByteBuffer from, long at) throws IOException;

    /** Nothing more is written. It is not synced. */
    void finish() throws IOException;

    /** Writes to a file, which is closed with this. */
    static RandomOutput of(FileChannel file) {
        return new RandomOutput() {
            @Override
            public void write(ByteBuffer from, long at) throws IOException {
                for (long next = at; from.hasRemaining(); ) {
                    next += file.write(from, next);
                }
            }

            @Override
            public void finish() {
                // All is written.
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        };
    }
}
