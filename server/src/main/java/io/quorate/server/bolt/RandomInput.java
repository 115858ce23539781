package io.quorate.server.bolt;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Bytes that can be read from anywhere. For one thread. */
public interface RandomInput extends Closeable {

    /** Reads some bytes from an offset on, at least one if there are any; -1 if there are none. */
    int read(ByteBuffer into, long at) throws IOException;

    long size() throws IOException;

    /** Those of a file, which is closed with this. */
    static RandomInput of(FileChannel file) {
        return new RandomInput() {
            @Override
            public int read(ByteBuffer into, long at) throws IOException {
                return file.read(into, at);
            }

            @Override
            public long size() throws IOException {
                return file.size();
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        };
    }
}
