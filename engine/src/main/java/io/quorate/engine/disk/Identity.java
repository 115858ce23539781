package io.quorate.engine.disk;

import io.quorate.core.quorum.MemberId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Whose data a directory holds.
 *
 * <p>File layout, big endian: {@code int magic, int crc32c, int version, long clusterId, long memberId}, then the name in
 * UTF-8. The checksum covers everything after itself.
 *
 * @param clusterId the cluster's id; written in hexadecimal wherever people see it
 * @param member this member's id
 * @param memberName how people call the member; may change, for it identifies nothing
 */
public record Identity(long clusterId, MemberId member, String memberName) {

    static final int MAX_FILE_BYTES = 4096;

    private static final int MAGIC = 0x514c4944;
    private static final int VERSION = 1;
    private static final int CRC_OFFSET = 4;
    private static final int CHECKED_OFFSET = 8;
    private static final int HEADER_BYTES = 28;

    public Identity {
        if (memberName.getBytes(StandardCharsets.UTF_8).length > MAX_FILE_BYTES - HEADER_BYTES) {
            throw new IllegalArgumentException("a member's name must not be longer than 4000 bytes");
        }
    }

    /** Whether both are the same member of the same cluster, whatever it is called. */
    public boolean isSameMemberAs(Identity other) {
        return clusterId == other.clusterId && member.equals(other.member);
    }

    ByteBuffer encode() {
        byte[] name = memberName.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(HEADER_BYTES + name.length);
        file.putInt(MAGIC).putInt(0).putInt(VERSION).putLong(clusterId).putLong(member.value());
        file.put(name).flip();
        return file.putInt(CRC_OFFSET, checksum(file));
    }

    static Identity decode(ByteBuffer file, String where) throws DataDirectoryException {
        if (file.remaining() < HEADER_BYTES || file.getInt(0) != MAGIC || file.getInt(CRC_OFFSET) != checksum(file)) {
            throw damaged(where);
        }
        if (file.getInt(CHECKED_OFFSET) != VERSION) {
            throw new DataDirectoryException("Data directory " + where + " has format version "
                    + file.getInt(CHECKED_OFFSET) + ", this release knows version " + VERSION
                    + ": use the release that wrote it, or a later one.");
        }
        long clusterId = file.getLong(CHECKED_OFFSET + Integer.BYTES);
        long member = file.getLong(CHECKED_OFFSET + Integer.BYTES + Long.BYTES);
        byte[] name = new byte[file.remaining() - HEADER_BYTES];
        file.get(HEADER_BYTES, name);
        try {
            return new Identity(clusterId, new MemberId(member), new String(name, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw damaged(where);
        }
    }

    private static DataDirectoryException damaged(String where) {
        return new DataDirectoryException("The identity file of data directory " + where
                + " is damaged: remove the member from the cluster and add it anew with an empty directory.");
    }

    private static int checksum(ByteBuffer file) {
        CRC32C crc = new CRC32C();
        crc.update(file.slice(CHECKED_OFFSET, file.limit() - CHECKED_OFFSET));
        return (int) crc.getValue();
    }

    @Override
    public String toString() {
        return "member " + member + " (" + memberName + ") of cluster " + Long.toHexString(clusterId);
    }
}
