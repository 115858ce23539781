package io.quorate.server.snapshot;

import io.quorate.encryption.MasterKeys;
import io.quorate.server.bolt.RandomInput;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The SHA-256 that stands at the end of a snapshot, behind the database that it is of. A file that was copied from a data
 * directory of etcd has none.
 *
 * @param databaseBytes how many bytes of the file are the database
 * @param present whether there is one; then it is that of the database
 * @param fileSha256 of the whole file, this checksum included: what {@code sha256sum} prints
 */
public record SnapshotChecksum(long databaseBytes, boolean present, String fileSha256) {
    private static final int BYTES = 32;

    /** A database consists of pages, whose size is a multiple of this; so what is left over tells whether there is a checksum. */
    private static final int MULTIPLE = 512;

    /**
     * Reads a file through, and compares the checksum, if there is one, with what stands before it.
     *
     * @param master opens the file, if it is sealed
     * @throws InvalidSnapshotException if the checksum is of something else, or the file has a length that none has
     */
    public static SnapshotChecksum read(Path file, Optional<MasterKeys> master) throws IOException {
        try (RandomInput content = BackupFile.open(file, master)) {
            SnapshotChecksum checksum = read(content);
            // Of a sealed file, what is in it says nothing of the bytes that it consists of.
            return BackupFile.masterKeyId(file).isEmpty()
                    ? checksum
                    : new SnapshotChecksum(checksum.databaseBytes, checksum.present, sha256Of(file));
        }
    }

    private static SnapshotChecksum read(RandomInput content) throws IOException {
        long length = content.size();
        boolean present = isPresent(length);
        if (!present && length % MULTIPLE != 0) {
            throw new InvalidSnapshotException("it is cut off, or no snapshot: of its " + length + " bytes "
                    + length % MULTIPLE + " are left over behind whole blocks of " + MULTIPLE
                    + ", where a checksum has " + BYTES);
        }
        MessageDigest digest = sha256();
        long database = databaseBytes(length);
        update(digest, content, 0, database);
        if (present) {
            byte[] found = copy(digest).digest();
            ByteBuffer told = ByteBuffer.allocate(BYTES);
            readFully(content, told, database);
            if (!Arrays.equals(found, told.array())) {
                throw new InvalidSnapshotException("it is damaged: its checksum is of something else");
            }
            digest.update(told.flip());
        }
        return new SnapshotChecksum(database, present, HexFormat.of().formatHex(digest.digest()));
    }

    private static String sha256Of(Path file) throws IOException {
        MessageDigest digest = sha256();
        try (RandomInput raw = RandomInput.of(FileChannel.open(file, StandardOpenOption.READ))) {
            update(digest, raw, 0, raw.size());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Compares the checksum with what stands before it.
     *
     * @param skip takes the file as it is, whatever the checksum, and also without one
     * @param master opens the file, if it is sealed
     * @return how many bytes of what is in the file are the database
     * @throws InvalidSnapshotException if the checksum is not there, or is of something else
     */
    public static long verify(Path file, boolean skip, Optional<MasterKeys> master) throws IOException {
        if (skip) {
            try (RandomInput content = BackupFile.open(file, master)) {
                return databaseBytes(content.size());
            }
        }
        SnapshotChecksum checksum = read(file, master);
        if (!checksum.present) {
            throw new InvalidSnapshotException(
                    "there is no checksum at its end: take it with 'quorate snapshot save' or 'etcdctl snapshot save',"
                            + " or, if it is a copy of etcd's own file, say --skip-hash-check");
        }
        return checksum.databaseBytes;
    }

    private static boolean isPresent(long length) {
        return length % MULTIPLE == BYTES;
    }

    private static long databaseBytes(long length) {
        return isPresent(length) ? length - BYTES : length;
    }

    private static void update(MessageDigest digest, RandomInput in, long from, long end) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        for (long at = from; at < end; ) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), end - at));
            at += read(in, buffer, at);
            digest.update(buffer.flip());
        }
    }

    private static void readFully(RandomInput in, ByteBuffer into, long from) throws IOException {
        for (long at = from; into.hasRemaining(); ) {
            at += read(in, into, at);
        }
    }

    private static int read(RandomInput in, ByteBuffer into, long at) throws IOException {
        int count = in.read(into, at);
        if (count < 0) {
            throw new EOFException("the file has become shorter");
        }
        return count;
    }

    private static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's SHA-256 can be copied", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
