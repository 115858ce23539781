package io.quorate.server;

import io.quorate.core.quorum.Configuration;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.log.ConfigurationCodec;
import io.quorate.engine.log.CorruptFrameException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The file {@code beginning} of a data directory: with which configuration the member's log begins. The log itself knows only what
 * has changed since.
 *
 * <p>Layout, big endian: {@code int magic, int crc32c}, then the configuration in its binary form, which the checksum covers.
 */
final class BeginningFile {

    private static final String NAME = "beginning";
    private static final String UNFINISHED = "beginning.new";
    private static final int MAGIC = 0x51424547;
    private static final int HEADER_BYTES = 2 * Integer.BYTES;
    private static final int MAX_BYTES = 1 << 20;

    private BeginningFile() {}

    /** Writes it durably: before the member runs first, or for data of a release that did not. */
    static void write(Disk disk, Configuration beginning) throws IOException {
        ByteBuffer encoded = ConfigurationCodec.encode(beginning);
        ByteBuffer content = ByteBuffer.allocate(HEADER_BYTES + encoded.remaining());
        content.putInt(MAGIC).putInt(checksum(encoded)).put(encoded).flip();
        if (disk.exists(UNFINISHED)) {
            disk.delete(UNFINISHED);
        }
        try (DiskFile file = disk.create(UNFINISHED)) {
            file.write(content, 0);
            file.sync();
        }
        disk.rename(UNFINISHED, NAME);
        disk.syncDirectory("");
    }

    /**
     * Reads it; empty for data of a release that did not write it.
     *
     * @throws DataDirectoryException if it is damaged
     */
    static Optional<Configuration> read(Disk disk) throws IOException {
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
                throw damaged(disk);
            }
            return Optional.of(ConfigurationCodec.decode(content));
        } catch (CorruptFrameException e) {
            throw damaged(disk);
        }
    }

    private static DataDirectoryException damaged(Disk disk) {
        return new DataDirectoryException("The file " + NAME + " of data directory " + disk
                + " is damaged: remove the member from the cluster and add it anew with an empty directory.");
    }

    private static int checksum(ByteBuffer encoded) {
        CRC32C crc = new CRC32C();
        crc.update(encoded.slice());
        return (int) crc.getValue();
    }
}
