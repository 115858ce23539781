package io.quorate.server.snapshot;

import io.quorate.encryption.DataKey;
import io.quorate.encryption.MasterKeys;
import io.quorate.encryption.NotAuthenticException;
import io.quorate.encryption.Opener;
import io.quorate.encryption.Sealer;
import io.quorate.encryption.WrappedKey;
import io.quorate.server.bolt.RandomInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Reads what a {@link SealedOutput} has sealed. For one thread. */
final class SealedInput implements RandomInput {
    private final RandomInput file;
    private final long headerBytes;
    private final long chunks;
    private final long size;
    private final Opener opener;
    private final ByteBuffer sealed = ByteBuffer.allocate(SealedFormat.SEALED_CHUNK_BYTES);

    /** The chunk that was read last. */
    private final ByteBuffer chunk = ByteBuffer.allocate(SealedFormat.CHUNK_BYTES);

    private long chunkNumber = -1;

    private SealedInput(RandomInput file, long headerBytes, Opener opener) throws IOException {
        this.file = file;
        this.headerBytes = headerBytes;
        this.opener = opener;
        long sealedBytes = file.size() - headerBytes;
        this.chunks = Math.ceilDiv(sealedBytes, SealedFormat.SEALED_CHUNK_BYTES);
        this.size = sealedBytes - chunks * Sealer.OVERHEAD;
        if (chunks == 0 || size < (chunks - 1) * SealedFormat.CHUNK_BYTES) {
            throw new InvalidSnapshotException("it is cut off: it ends within what is sealed");
        }
        load(chunks - 1);
    }

    /** Whether a file is sealed. */
    static boolean isSealed(RandomInput file) throws IOException {
        byte[] magic = SealedFormat.magic();
        return Arrays.equals(readUpTo(file, magic.length).array(), magic);
    }

    /**
     * Opens a file that {@link #isSealed}; it is closed with this.
     *
     * @throws io.quorate.encryption.KeyException if a master key is missing or wrong
     * @throws InvalidSnapshotException if it is damaged, or its end is missing
     */
    static SealedInput open(RandomInput file, MasterKeys master) throws IOException {
        WrappedKey wrapped = wrappedKey(file);
        return new SealedInput(
                file,
                SealedFormat.magic().length + wrapped.size(),
                master.unwrap(wrapped, SealedFormat.PURPOSE).opener());
    }

    /** Opens what {@link SealedOutput#toScratch} has sealed. */
    static SealedInput ofScratch(RandomInput file, DataKey key) throws IOException {
        return new SealedInput(file, 0, key.opener());
    }

    /** The id of the master key that a sealed file needs. */
    static String masterKeyId(RandomInput file) throws IOException {
        return wrappedKey(file).keyId();
    }

    private static WrappedKey wrappedKey(RandomInput file) throws IOException {
        ByteBuffer header = readUpTo(file, SealedFormat.magic().length + WrappedKey.MAX_BYTES);
        try {
            return WrappedKey.decode(header.position(SealedFormat.magic().length));
        } catch (IOException e) {
            throw new InvalidSnapshotException("it is damaged: " + e.getMessage(), e);
        }
    }

    /** The first bytes of a file, fewer if it has fewer. */
    private static ByteBuffer readUpTo(RandomInput file, int bytes) throws IOException {
        ByteBuffer into = ByteBuffer.allocate((int) Math.min(bytes, file.size()));
        readFully(file, into, 0);
        return into.flip();
    }

    private static void readFully(RandomInput file, ByteBuffer into, long at) throws IOException {
        for (long next = at; into.hasRemaining(); ) {
            int count = file.read(into, next);
            if (count < 0) {
                throw new InvalidSnapshotException("it is cut off: the file has become shorter");
            }
            next += count;
        }
    }

    private void load(long number) throws IOException {
        if (number == chunkNumber) {
            return;
        }
        boolean isLast = number == chunks - 1;
        long at = number * SealedFormat.SEALED_CHUNK_BYTES;
        int bytes = isLast ? (int) (file.size() - headerBytes - at) : SealedFormat.SEALED_CHUNK_BYTES;
        chunkNumber = -1;
        readFully(file, sealed.clear().limit(bytes), headerBytes + at);
        try {
            opener.open(sealed.flip(), SealedFormat.associated(number, isLast), chunk.clear());
        } catch (NotAuthenticException e) {
            throw new InvalidSnapshotException(
                    isLast
                            ? "it is cut off or damaged: its end is not what was sealed there"
                            : "it is damaged: what it has from byte " + (headerBytes + at)
                                    + " on is not what was sealed there",
                    e);
        }
        chunk.flip();
        chunkNumber = number;
    }

    @Override
    public int read(ByteBuffer into, long at) throws IOException {
        if (at >= size) {
            return -1;
        }
        load(at / SealedFormat.CHUNK_BYTES);
        int offset = (int) (at % SealedFormat.CHUNK_BYTES);
        int count = Math.min(into.remaining(), chunk.limit() - offset);
        into.put(chunk.slice(offset, count));
        return count;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
