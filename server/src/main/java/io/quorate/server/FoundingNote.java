package io.quorate.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import io.quorate.server.proto.managerpb.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The file {@code founding} of a data directory that did not begin empty: the operation that has made it, a restore or a recovery, for
 * the first leader of the new cluster to put on record ({@link FoundingRecord}). It is no part of the state, since the founders make
 * their directories each by itself, and must begin with the same state.
 *
 * <p>Layout, big endian: {@code int magic, int crc32c}, then an {@link Operation} as Protocol Buffers write it, which the checksum
 * covers.
 */
final class FoundingNote {

    static final String NAME = "founding";
    private static final int MAGIC = 0x51464F55;
    private static final int HEADER_BYTES = 2 * Integer.BYTES;
    private static final int MAX_BYTES = 1 << 20;

    private FoundingNote() {}

    /** Writes it durably into a directory that has none. */
    static void write(Disk disk, Operation founding) throws IOException {
        ByteBuffer encoded = ByteBuffer.wrap(founding.toByteArray());
        ByteBuffer content = ByteBuffer.allocate(HEADER_BYTES + encoded.remaining());
        content.putInt(MAGIC).putInt(checksum(encoded)).put(encoded.duplicate()).flip();
        try (DiskFile file = disk.create(NAME)) {
            file.write(content, 0);
            file.sync();
        }
        disk.syncDirectory("");
    }

    /**
     * Reads it; empty if there is none (any more).
     *
     * @throws IOException if it is damaged
     */
    static Optional<Operation> read(Disk disk) throws IOException {
        if (!disk.exists(NAME)) {
            return Optional.empty();
        }
        try (DiskFile file = disk.open(NAME)) {
            ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(Math.min(MAX_BYTES, file.size())));
            file.read(content, 0);
            content.flip();
            if (content.remaining() < HEADER_BYTES
                    || content.getInt() != MAGIC
                    || content.getInt() != checksum(content)) {
                throw new IOException("the file " + NAME + " is damaged");
            }
            return Optional.of(Operation.parseFrom(content));
        } catch (InvalidProtocolBufferException e) {
            throw new IOException("the file " + NAME + " is damaged", e);
        }
    }

    /** Deletes it: the cluster has what it says. */
    static void delete(Disk disk) throws IOException {
        disk.delete(NAME);
        disk.syncDirectory("");
    }

    private static int checksum(ByteBuffer encoded) {
        CRC32C crc = new CRC32C();
        crc.update(encoded.slice());
        return (int) crc.getValue();
    }
}
