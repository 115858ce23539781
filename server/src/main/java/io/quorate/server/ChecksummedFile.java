package io.quorate.server;

import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A small file of a data directory that is written at once, and read back only as it was written.
 *
 * <p>Layout, big endian: {@code int magic, int crc32c}, then the content, which the checksum covers.
 *
 * @param name of the file; {@code <name>.new} is the one that is not finished
 * @param magic which tells such a file from others
 */
record ChecksummedFile(String name, int magic) {

    private static final int HEADER_BYTES = 2 * Integer.BYTES;
    private static final int MAX_BYTES = 1 << 20;

    /** Writes it durably, whole or not at all. */
    void write(Disk disk, ByteBuffer content) throws IOException {
        ByteBuffer file = ByteBuffer.allocate(HEADER_BYTES + content.remaining());
        file.putInt(magic).putInt(checksum(content)).put(content.duplicate()).flip();
        String unfinished = name + ".new";
        if (disk.exists(unfinished)) {
            disk.delete(unfinished);
        }
        try (DiskFile created = disk.create(unfinished)) {
            created.write(file, 0);
            created.sync();
        }
        disk.rename(unfinished, name);
        disk.syncDirectory("");
    }

    boolean exists(Disk disk) throws IOException {
        return disk.exists(name);
    }

    /** Reads the content of one that is there; empty if it is damaged. */
    Optional<ByteBuffer> read(Disk disk) throws IOException {
        try (DiskFile file = disk.open(name)) {
            ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(Math.min(MAX_BYTES, file.size())));
            file.read(content, 0);
            return contentOf(content.flip());
        }
    }

    /** The content of a file that was read; empty if it is damaged. */
    Optional<ByteBuffer> contentOf(ByteBuffer file) {
        boolean intact = file.remaining() >= HEADER_BYTES && file.getInt() == magic && file.getInt() == checksum(file);
        return intact ? Optional.of(file) : Optional.empty();
    }

    private static int checksum(ByteBuffer content) {
        CRC32C crc = new CRC32C();
        crc.update(content.slice());
        return (int) crc.getValue();
    }
}
