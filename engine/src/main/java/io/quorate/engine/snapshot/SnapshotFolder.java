package io.quorate.engine.snapshot;

import io.quorate.core.EntryId;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.log.CorruptFrameException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/** A snapshot's folder: files and a manifest, which are never changed once the folder has its name. */
record SnapshotFolder(Disk disk, String path, Manifest manifest) {

    static String nameOf(EntryId last) {
        HexFormat hex = HexFormat.of();
        return "snapshot-" + hex.toHexDigits(last.index()) + "-" + hex.toHexDigits(last.term());
    }

    /**
     * Reads the manifest, and checks that the files are there in their sizes.
     *
     * @throws CorruptFrameException if they are not
     */
    static SnapshotFolder read(Disk disk, String path) throws IOException {
        String name = path + "/" + Manifest.NAME;
        if (!disk.exists(name)) {
            throw new CorruptFrameException("it has no manifest");
        }
        Manifest manifest;
        try (DiskFile file = disk.open(name)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(file.size(), Manifest.MAX_BYTES));
            file.read(bytes, 0);
            manifest = Manifest.decode(bytes.flip());
        }
        for (Manifest.File expected : manifest.files()) {
            if (!disk.exists(path + "/" + expected.name())) {
                throw new CorruptFrameException("its file " + expected.name() + " is missing");
            }
            try (DiskFile file = disk.open(path + "/" + expected.name())) {
                if (file.size() != expected.size()) {
                    throw new CorruptFrameException("its file " + expected.name() + " has " + file.size()
                            + " bytes instead of " + expected.size());
                }
            }
        }
        return new SnapshotFolder(disk, path, manifest);
    }

    /**
     * Reads everything.
     *
     * @throws CorruptFrameException if a checksum is wrong
     */
    void verify() throws IOException {
        verify(bytes -> {});
    }

    /** As {@link #verify()}; {@code onRead} is told how many bytes were read, again and again, and may take its time. */
    void verify(LongConsumer onRead) throws IOException {
        for (Manifest.File expected : manifest.files()) {
            if (!describe(disk, path, expected.name(), onRead).equals(expected)) {
                throw new CorruptFrameException("its file " + expected.name() + " is damaged");
            }
        }
    }

    /** As {@link #verify(LongConsumer)}, the manifest included: what lies on the disk now must be what was read once. */
    void verifyAgain(LongConsumer onRead) throws IOException {
        if (!read(disk, path).manifest.equals(manifest)) {
            throw new CorruptFrameException("its manifest has changed");
        }
        verify(onRead);
    }

    /** Reads a file for its size and checksum. */
    static Manifest.File describe(Disk disk, String path, String name) throws IOException {
        return describe(disk, path, name, bytes -> {});
    }

    private static Manifest.File describe(Disk disk, String path, String name, LongConsumer onRead) throws IOException {
        CRC32C crc = new CRC32C();
        long size = 0;
        byte[] buffer = new byte[DiskStreams.BUFFER_BYTES];
        try (InputStream in = new DiskStreams.Input(disk.open(path + "/" + name))) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                crc.update(buffer, 0, count);
                size += count;
                onRead.accept(count);
            }
        }
        return new Manifest.File(name, size, (int) crc.getValue());
    }

    /** Deletes a folder with the files in it. */
    static void delete(Disk disk, String path) throws IOException {
        for (String name : disk.list(path)) {
            String child = path + "/" + name;
            if (disk.isDirectory(child)) {
                delete(disk, child);
            } else {
                disk.delete(child);
            }
        }
        disk.delete(path);
    }

    long streamLength() {
        return manifest.encode().remaining() + manifest.contentBytes();
    }

    /** A piece of the stream, shorter than {@code maxLength} only at its end. */
    ByteBuffer readStream(long offset, int maxLength) throws IOException {
        ByteBuffer prefix = manifest.encode();
        long total = prefix.remaining() + manifest.contentBytes();
        if (offset < 0 || offset > total || maxLength < 0) {
            throw new IOException("offset " + offset + " is not in the stream of " + total + " bytes");
        }
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(maxLength, total - offset));
        if (offset < prefix.limit()) {
            int count = Math.min(piece.remaining(), prefix.limit() - (int) offset);
            piece.put(prefix.slice((int) offset, count));
        }
        long fileStart = prefix.limit();
        for (Manifest.File file : manifest.files()) {
            long position = offset + piece.position() - fileStart;
            if (piece.hasRemaining() && position >= 0 && position < file.size()) {
                readFile(file, position, piece);
            }
            fileStart += file.size();
        }
        return piece.flip();
    }

    private void readFile(Manifest.File file, long position, ByteBuffer piece) throws IOException {
        int count = (int) Math.min(piece.remaining(), file.size() - position);
        ByteBuffer part = piece.slice(piece.position(), count);
        try (DiskFile open = disk.open(path + "/" + file.name())) {
            if (open.read(part, position) != count) {
                throw new IOException("the file " + file.name() + " of a snapshot has become shorter");
            }
        }
        piece.position(piece.position() + count);
    }
}
