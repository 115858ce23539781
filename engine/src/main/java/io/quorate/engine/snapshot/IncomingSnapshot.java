package io.quorate.engine.snapshot;

import io.quorate.core.SnapshotMeta;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.log.SnapshotMetaCodec;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * A snapshot that is being received: its stream as far as it has come, in a file, so that it survives a restart. What a
 * crash did to it, the checksums show in the end.
 */
final class IncomingSnapshot implements AutoCloseable {

    private static final String PATH = SnapshotStore.FOLDER + "/receiving";
    private static final String HEADER = PATH + "/header";
    private static final String STREAM = PATH + "/stream";
    private static final int MAX_HEADER_BYTES = 1 << 20;
    private static final int MAGIC = 0x514c5249;

    private final Disk disk;
    private final SnapshotMeta meta;
    private final long total;
    private final DiskFile stream;
    private long received;
    private Optional<Manifest> manifest = Optional.empty();
    private long contentOffset;

    private IncomingSnapshot(Disk disk, SnapshotMeta meta, long total, DiskFile stream) throws IOException {
        this.disk = disk;
        this.meta = meta;
        this.total = total;
        this.stream = stream;
        this.received = Math.min(stream.size(), total);
    }

    /** Begins to receive; what was there before is dropped. */
    static IncomingSnapshot begin(Disk disk, SnapshotMeta meta, long total) throws IOException {
        drop(disk);
        disk.createDirectory(PATH);
        DiskFile stream = disk.create(STREAM);
        try (DiskFile header = disk.create(HEADER)) {
            header.write(encodeHeader(meta, total), 0);
            header.sync();
        }
        disk.syncDirectory(PATH);
        return new IncomingSnapshot(disk, meta, total, stream);
    }

    /** What a run before had received; dropped if it cannot be told what it was. */
    static Optional<IncomingSnapshot> resume(Disk disk) throws IOException {
        if (!disk.exists(PATH)) {
            return Optional.empty();
        }
        if (disk.exists(HEADER) && disk.exists(STREAM)) {
            try (DiskFile header = disk.open(HEADER)) {
                ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(MAX_HEADER_BYTES, header.size()));
                header.read(bytes, 0);
                Optional<IncomingSnapshot> resumed = decodeHeader(disk, bytes.flip());
                if (resumed.isPresent()) {
                    return resumed;
                }
            }
        }
        drop(disk);
        return Optional.empty();
    }

    private static ByteBuffer encodeHeader(SnapshotMeta meta, long total) {
        Start start = new Start(meta, OptionalLong.empty());
        ByteBuffer out = ByteBuffer.allocate(2 * Integer.BYTES + Long.BYTES + SnapshotMetaCodec.size(start));
        out.putInt(MAGIC).putInt(0).putLong(total);
        SnapshotMetaCodec.encode(start, out);
        return out.putInt(Integer.BYTES, checksum(out.flip()));
    }

    private static Optional<IncomingSnapshot> decodeHeader(Disk disk, ByteBuffer in) throws IOException {
        if (in.limit() < 2 * Integer.BYTES + Long.BYTES || in.getInt() != MAGIC || in.getInt() != checksum(in)) {
            return Optional.empty();
        }
        long total = in.getLong();
        try {
            SnapshotMeta meta = SnapshotMetaCodec.decode(in).meta();
            return total > 0
                    ? Optional.of(new IncomingSnapshot(disk, meta, total, disk.open(STREAM)))
                    : Optional.empty();
        } catch (CorruptFrameException e) {
            return Optional.empty();
        }
    }

    private static int checksum(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(2 * Integer.BYTES, header.limit() - 2 * Integer.BYTES));
        return (int) crc.getValue();
    }

    private static void drop(Disk disk) throws IOException {
        if (disk.exists(PATH)) {
            SnapshotFolder.delete(disk, PATH);
        }
    }

    boolean isOf(SnapshotMeta otherMeta, long otherTotal) {
        return meta.equals(otherMeta) && total == otherTotal;
    }

    long received() {
        return received;
    }

    boolean isComplete() {
        return received == total;
    }

    /**
     * Stores the piece that is wanted next.
     *
     * @throws CorruptFrameException if the stream cannot be this snapshot's
     */
    void store(ByteBuffer piece) throws IOException {
        int count = piece.remaining();
        stream.write(piece.slice(), received);
        received += count;
        readManifest();
    }

    private void readManifest() throws IOException {
        if (manifest.isPresent() || received < Manifest.PREFIX_BYTES) {
            return;
        }
        ByteBuffer prefix = ByteBuffer.allocate(Manifest.PREFIX_BYTES);
        stream.read(prefix, 0);
        int length = Manifest.length(prefix);
        if (length > total) {
            throw new CorruptFrameException("its manifest is longer than its stream");
        }
        if (received < length) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.allocate(length);
        stream.read(bytes, 0);
        Manifest decoded = Manifest.decode(bytes.flip());
        if (!decoded.meta().equals(meta)) {
            throw new CorruptFrameException("its manifest is another snapshot's");
        }
        if (length + decoded.contentBytes() != total) {
            throw new CorruptFrameException("its files do not make up its stream");
        }
        contentOffset = length;
        manifest = Optional.of(decoded);
    }

    /**
     * Makes a snapshot of a complete stream, durably.
     *
     * @throws CorruptFrameException if a checksum is wrong
     * @throws RefusedSnapshotException if it is not accepted
     */
    SnapshotFolder finish(String temporaryPath, String finalPath, SnapshotStore.Acceptance acceptance)
            throws IOException {
        readManifest();
        Manifest expected = manifest.orElseThrow(() -> new CorruptFrameException("it is too short to be a snapshot"));
        SnapshotFolderWriter writer = new SnapshotFolderWriter(disk, temporaryPath);
        long position = contentOffset;
        for (Manifest.File file : expected.files()) {
            try (OutputStream out = writer.create(file.name())) {
                copy(position, file.size(), out);
            }
            if (!SnapshotFolder.describe(disk, temporaryPath, file.name()).equals(file)) {
                writer.abandon();
                throw new CorruptFrameException("its file " + file.name() + " arrived damaged");
            }
            position += file.size();
        }
        try {
            Optional<Path> files = writer.folder();
            if (files.isPresent()) {
                acceptance.require(files.get());
            }
        } catch (IOException e) {
            writer.abandon();
            throw new RefusedSnapshotException(meta, e);
        }
        SnapshotFolder folder = writer.finish(expected.start(), finalPath);
        discard();
        return folder;
    }

    private void copy(long from, long length, OutputStream out) throws IOException {
        byte[] buffer = new byte[DiskStreams.BUFFER_BYTES];
        for (long done = 0; done < length; ) {
            int count = (int) Math.min(buffer.length, length - done);
            if (stream.read(ByteBuffer.wrap(buffer, 0, count), from + done) != count) {
                throw new CorruptFrameException("what was received of it is not all there");
            }
            out.write(buffer, 0, count);
            done += count;
        }
    }

    /** Forgets what was received. */
    void discard() throws IOException {
        stream.close();
        drop(disk);
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
