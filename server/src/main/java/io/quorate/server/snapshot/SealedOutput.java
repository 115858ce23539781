package io.quorate.server.snapshot;

import io.quorate.encryption.DataKey;
import io.quorate.encryption.KeyException;
import io.quorate.encryption.MasterKeys;
import io.quorate.encryption.Sealer;
import io.quorate.server.bolt.RandomOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes a file that is sealed as {@link SealedFormat} says. It cannot be opened before it is finished: its first chunk comes last. */
public final class SealedOutput implements RandomOutput {
    private final RandomOutput file;
    private final long headerBytes;
    private final Sealer sealer;

    /** The first chunk, which can be written again until the end. */
    private final ByteBuffer first = ByteBuffer.allocate(SealedFormat.CHUNK_BYTES);

    /** The one at the end of what was written; not sealed as long as it may be the last. */
    private final ByteBuffer last = ByteBuffer.allocate(SealedFormat.CHUNK_BYTES);

    private final ByteBuffer sealed = ByteBuffer.allocate(SealedFormat.SEALED_CHUNK_BYTES);

    /** The number of the chunk in {@link #last}. */
    private long number = 1;

    private long size;

    private SealedOutput(RandomOutput file, long headerBytes, Sealer sealer) {
        this.file = file;
        this.headerBytes = headerBytes;
        this.sealer = sealer;
    }

    /**
     * Begins a sealed file in an empty one, which is closed with this.
     *
     * @throws KeyException if the master key cannot be had
     */
    public static SealedOutput to(RandomOutput file, MasterKeys master) throws IOException {
        DataKey key = master.newDataKey();
        byte[] wrapped = master.wrap(key, SealedFormat.PURPOSE).encode();
        byte[] magic = SealedFormat.magic();
        ByteBuffer header = ByteBuffer.allocate(magic.length + wrapped.length)
                .put(magic)
                .put(wrapped)
                .flip();
        long headerBytes = header.remaining();
        file.write(header, 0);
        return new SealedOutput(file, headerBytes, key.sealer());
    }

    /** Begins one that is read with the same key, as long as somebody has it: nothing in the file tells. */
    static SealedOutput toScratch(RandomOutput file, DataKey key) {
        return new SealedOutput(file, 0, key.sealer());
    }

    @Override
    public void write(ByteBuffer from, long at) throws IOException {
        if (at > size && at + from.remaining() > SealedFormat.CHUNK_BYTES) {
            // What lies between is written later, as far as it is at the beginning, and else is nothing.
            write(ByteBuffer.allocate(Math.toIntExact(at - size)), size);
        }
        long next = at;
        while (from.hasRemaining()) {
            int count = next < SealedFormat.CHUNK_BYTES ? toFirst(from, (int) next) : toLast(from, next);
            next += count;
            size = Math.max(size, next);
        }
    }

    private int toFirst(ByteBuffer from, int at) {
        int count = Math.min(from.remaining(), SealedFormat.CHUNK_BYTES - at);
        first.put(at, from, from.position(), count);
        from.position(from.position() + count);
        return count;
    }

    private int toLast(ByteBuffer from, long at) throws IOException {
        if (at != size) {
            throw new IllegalArgumentException("what lies at " + at + " is written already, or too early");
        }
        if (!last.hasRemaining()) {
            write(last.flip(), number, false);
            last.clear();
            number++;
        }
        int count = Math.min(from.remaining(), last.remaining());
        last.put(from.slice(from.position(), count));
        from.position(from.position() + count);
        return count;
    }

    private void write(ByteBuffer chunk, long chunkNumber, boolean isLast) throws IOException {
        sealed.clear();
        sealer.seal(chunk, SealedFormat.associated(chunkNumber, isLast), sealed);
        file.write(sealed.flip(), headerBytes + chunkNumber * SealedFormat.SEALED_CHUNK_BYTES);
    }

    @Override
    public void finish() throws IOException {
        boolean hasMore = size > SealedFormat.CHUNK_BYTES;
        if (hasMore) {
            write(last.flip(), number, true);
        }
        write(first.position(0).limit((int) Math.min(size, SealedFormat.CHUNK_BYTES)), 0, !hasMore);
        file.finish();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
