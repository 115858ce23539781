package io.quorate.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quorate.engine.disk.Disk;
import io.quorate.server.proto.managerpb.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The file {@code founding} of a data directory that did not begin empty: the operation that has made it, a restore or a recovery, for
 * the first leader of the new cluster to put on record ({@link FoundingRecord}). It is no part of the state, since the founders make
 * their directories each by itself, and must begin with the same state.
 *
 * <p>It is a {@link ChecksummedFile} of an {@link Operation} as Protocol Buffers write it.
 */
final class FoundingNote {

    static final String NAME = "founding";
    private static final ChecksummedFile FILE = new ChecksummedFile(NAME, 0x51464F55);

    private FoundingNote() {}

    /** Writes it durably into a directory that has none. */
    static void write(Disk disk, Operation founding) throws IOException {
        FILE.write(disk, ByteBuffer.wrap(founding.toByteArray()));
    }

    /**
     * Reads it; empty if there is none (any more).
     *
     * @throws IOException if it is damaged
     */
    static Optional<Operation> read(Disk disk) throws IOException {
        if (!FILE.exists(disk)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Operation.parseFrom(
                    FILE.read(disk).orElseThrow(() -> new IOException("the file " + NAME + " is damaged"))));
        } catch (InvalidProtocolBufferException e) {
            throw new IOException("the file " + NAME + " is damaged", e);
        }
    }

    /** Deletes it: the cluster has what it says. */
    static void delete(Disk disk) throws IOException {
        disk.delete(NAME);
        disk.syncDirectory("");
    }
}
