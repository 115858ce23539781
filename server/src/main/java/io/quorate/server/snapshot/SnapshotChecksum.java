package io.quorate.server.snapshot;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

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
     * @throws InvalidSnapshotException if the checksum is of something else, or the file has a length that none has
     */
    public static SnapshotChecksum read(Path file) throws IOException {
        long length = Files.size(file);
        boolean present = isPresent(length);
        if (!present && length % MULTIPLE != 0) {
            throw new InvalidSnapshotException("it is cut off, or no snapshot: of its " + length + " bytes "
                    + length % MULTIPLE + " are left over behind whole blocks of " + MULTIPLE
                    + ", where a checksum has " + BYTES);
        }
        MessageDigest digest = sha256();
        try (InputStream in = Files.newInputStream(file)) {
            update(digest, in, databaseBytes(length));
            if (present) {
                byte[] found = copy(digest).digest();
                byte[] told = in.readNBytes(BYTES);
                if (!Arrays.equals(found, told)) {
                    throw new InvalidSnapshotException("it is damaged: its checksum is of something else");
                }
                digest.update(told);
            }
        }
        return new SnapshotChecksum(
                databaseBytes(length), present, HexFormat.of().formatHex(digest.digest()));
    }

    /**
     * Compares the checksum with what stands before it.
     *
     * @param skip takes the file as it is, whatever the checksum, and also without one
     * @return how many bytes of the file are the database
     * @throws InvalidSnapshotException if the checksum is not there, or is of something else
     */
    public static long verify(Path file, boolean skip) throws IOException {
        if (skip) {
            return databaseBytes(Files.size(file));
        }
        SnapshotChecksum checksum = read(file);
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

    private static void update(MessageDigest digest, InputStream in, long length) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (long left = length; left > 0; ) {
            int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (count < 0) {
                throw new EOFException("the file has become shorter");
            }
            digest.update(buffer, 0, count);
            left -= count;
        }
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
