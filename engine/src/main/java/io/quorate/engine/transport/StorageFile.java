package io.quorate.engine.transport;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The file {@code storage-ids} of a data directory: what its member knows of storages.
 *
 * <p>Layout, big endian: {@code int magic, int crc32c, int version, int flags, long own}, then for each of the others {@code long
 * member, long storage}. The checksum covers everything after itself. Flags: 1 if the member may take part, 2 if its members are
 * unknown. Always written anew as a whole, and put in the place of the one before.
 */
final class StorageFile {

    static final String NAME = "storage-ids";

    private static final String UNFINISHED = "storage-ids.new";
    private static final int MAGIC = 0x51535449;
    private static final int VERSION = 1;
    private static final int CRC_OFFSET = 4;
    private static final int CHECKED_OFFSET = 8;
    private static final int HEADER_BYTES = 24;
    private static final int ADMITTED = 1;
    private static final int MEMBERS_UNKNOWN = 2;
    private static final int MAX_BYTES = 1 << 20;

    private StorageFile() {}

    /** Writes it, durably. */
    static void write(Disk disk, StorageRecord content) throws IOException {
        if (disk.exists(UNFINISHED)) {
            disk.delete(UNFINISHED);
        }
        try (DiskFile file = disk.create(UNFINISHED)) {
            file.write(encode(content), 0);
            file.sync();
        }
        disk.rename(UNFINISHED, NAME);
        disk.syncDirectory("");
    }

    /**
     * Reads it; empty if there is none.
     *
     * @throws DataDirectoryException if it is damaged, or of a later release
     */
    static Optional<StorageRecord> read(Disk disk) throws IOException {
        if (!disk.exists(NAME)) {
            return Optional.empty();
        }
        try (DiskFile file = disk.open(NAME)) {
            ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(Math.min(MAX_BYTES, file.size())));
            file.read(content, 0);
            return Optional.of(decode(content.flip(), disk));
        }
    }

    private static ByteBuffer encode(StorageRecord content) {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + content.others().size() * 2 * Long.BYTES);
        out.putInt(MAGIC).putInt(0).putInt(VERSION);
        out.putInt((content.admitted() ? ADMITTED : 0) | (content.membersUnknown() ? MEMBERS_UNKNOWN : 0));
        out.putLong(content.own());
        content.others()
                .forEach((member, storage) -> out.putLong(member.value()).putLong(storage));
        out.flip();
        return out.putInt(CRC_OFFSET, checksum(out));
    }

    private static StorageRecord decode(ByteBuffer in, Disk disk) throws DataDirectoryException {
        boolean whole = in.remaining() >= HEADER_BYTES && (in.remaining() - HEADER_BYTES) % (2 * Long.BYTES) == 0;
        if (!whole || in.getInt(0) != MAGIC || in.getInt(CRC_OFFSET) != checksum(in)) {
            throw damaged(disk);
        }
        if (in.getInt(CHECKED_OFFSET) != VERSION) {
            throw new DataDirectoryException("The file " + NAME + " of data directory " + disk + " has format version "
                    + in.getInt(CHECKED_OFFSET) + ", this release knows version " + VERSION
                    + ": use the release that wrote it, or a later one.");
        }
        int flags = in.getInt(CHECKED_OFFSET + Integer.BYTES);
        long own = in.getLong(CHECKED_OFFSET + 2 * Integer.BYTES);
        in.position(HEADER_BYTES);
        Map<MemberId, Long> others = new LinkedHashMap<>();
        while (in.hasRemaining()) {
            long member = in.getLong();
            if (member == 0) {
                throw damaged(disk);
            }
            others.put(new MemberId(member), in.getLong());
        }
        return new StorageRecord(own, (flags & ADMITTED) != 0, (flags & MEMBERS_UNKNOWN) != 0, others);
    }

    private static DataDirectoryException damaged(Disk disk) {
        return new DataDirectoryException("The file " + NAME + " of data directory " + disk
                + " is damaged: remove the member from the cluster and add it anew with an empty directory.");
    }

    private static int checksum(ByteBuffer file) {
        CRC32C crc = new CRC32C();
        crc.update(file.slice(CHECKED_OFFSET, file.limit() - CHECKED_OFFSET));
        return (int) crc.getValue();
    }
}
