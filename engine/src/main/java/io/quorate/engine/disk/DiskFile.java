package io.quorate.engine.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file of a {@link Disk}. Reads at positions may run beside writes; safe for use by many threads. */
public interface DiskFile extends Closeable {

    /**
     * Reads until the buffer is full or the file ends.
     *
     * @return bytes read; 0 at or behind the end
     */
    int read(ByteBuffer into, long position) throws IOException;

    /** Writes all that remains in the buffer. */
    void write(ByteBuffer from, long position) throws IOException;

    /** Makes all that was written durable (fdatasync). After a failure nothing that was in flight is to be trusted. */
    void sync() throws IOException;

    /** Fills the file with zeros from its end up to this size, so that later writes only change what is allocated. */
    void preallocate(long size) throws IOException;

    long size() throws IOException;
}
