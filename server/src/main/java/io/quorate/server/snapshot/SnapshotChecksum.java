package io.quorate.server.snapshot;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** The SHA-256 that stands at the end of a snapshot, behind the database that it is of. */
public final class SnapshotChecksum {
    private static final int BYTES = 32;

    /** A database consists of pages, whose size is a multiple of this; so what is left over tells whether there is a checksum. */
    private static final int MULTIPLE = 512;

    private SnapshotChecksum() {}

    /**
     * Compares the checksum with what stands before it.
     *
     * @param skip takes the file as it is, whatever the checksum, and also without one
     * @return how many bytes of the file are the database
     * @throws InvalidSnapshotException if the checksum is not there, or is of something else
     */
    public static long verify(Path file, boolean skip) throws IOException {
        long length = Files.size(file);
        boolean present = length % MULTIPLE == BYTES;
        long database = present ? length - BYTES : length;
        if (skip) {
            return database;
        }
        if (!present) {
            throw new InvalidSnapshotException(
                    "there is no checksum at its end: take it with 'etcdctl snapshot save', or, if it"
                            + " is a copy of etcd's own file, say --skip-hash-check");
        }
        try (InputStream plain = Files.newInputStream(file);
                DigestInputStream in = new DigestInputStream(plain, sha256())) {
            skip(in, database);
            byte[] found = in.getMessageDigest().digest();
            if (!Arrays.equals(found, plain.readNBytes(BYTES))) {
                throw new InvalidSnapshotException("it is damaged: its checksum is of something else");
            }
        }
        return database;
    }

    private static void skip(InputStream in, long length) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (long left = length; left > 0; ) {
            int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (count < 0) {
                throw new EOFException("the file has become shorter");
            }
            left -= count;
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
