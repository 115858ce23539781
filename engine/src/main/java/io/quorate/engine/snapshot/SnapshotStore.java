package io.quorate.engine.snapshot;

import io.quorate.core.SnapshotMeta;
import io.quorate.engine.StateMachine;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.inspect.Finding;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import io.quorate.engine.snapshot.SnapshotShelf.Held;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * The snapshots of one member, under {@code snapshots/}: the newest one, those that are being read or sent, and one that
 * is being received. Safe for use by many threads.
 */
public final class SnapshotStore implements AutoCloseable {

    /** What became of a received piece. */
    public sealed interface ReceiveResult {

        /** Stored; {@code nextOffset} is wanted next, also where the piece itself was not the one wanted. */
        record Partial(long nextOffset) implements ReceiveResult {}

        /** All is stored, verified and durable; the snapshot is the {@link #latest}. */
        record Complete() implements ReceiveResult {}

        /** The stream is damaged or makes no sense: dropped, to begin anew at offset 0. */
        record Damaged(String reason) implements ReceiveResult {}

        /** The application cannot restore it, and has said why: dropped, and it would be the same the next time. */
        record Refused(IOException why) implements ReceiveResult {}
    }

    /** Looks at the files of a snapshot that has arrived whole, before it takes the place of the one before. */
    @FunctionalInterface
    public interface Acceptance {

        /** Takes whatever arrives. */
        Acceptance OF_ALL = folder -> {};

        /**
         * Makes sure that it can be restored.
         *
         * @throws IOException with one sentence if it cannot
         */
        void require(Path folder) throws IOException;
    }

    /** A snapshot that is held for reading. */
    public interface OpenSnapshot extends SnapshotReader, AutoCloseable {

        @Override
        void close() throws IOException;
    }

    static final String FOLDER = "snapshots";

    static final String PREFIX = "snapshot-";
    static final String DAMAGED = "damaged-";
    static final String UNFINISHED = FOLDER + "/unfinished-";

    private final Disk disk;
    private final SnapshotShelf shelf;
    private final SnapshotSending sending;
    private final SnapshotReceiving receiving;
    /** Only one snapshot is written at a time. */
    private final Object writing = new Object();

    private SnapshotStore(Disk disk, long maxSnapshotBytes, Acceptance acceptance) throws IOException {
        this.disk = disk;
        disk.createDirectory(FOLDER);
        disk.syncDirectory("");
        this.shelf = new SnapshotShelf(disk);
        this.sending = new SnapshotSending(shelf);
        this.receiving = new SnapshotReceiving(disk, shelf, maxSnapshotBytes, acceptance);
    }

    /**
     * Finds the snapshots, by their manifests alone; sets damaged ones aside and clears up what a crash left.
     *
     * @param maxSnapshotBytes received snapshots that claim more are refused
     */
    public static SnapshotStore open(Disk disk, long maxSnapshotBytes) throws IOException {
        return open(disk, maxSnapshotBytes, Acceptance.OF_ALL);
    }

    /** As {@link #open(Disk, long)}; what is received must be accepted, where the disk is one of a real file system. */
    public static SnapshotStore open(Disk disk, long maxSnapshotBytes, Acceptance acceptance) throws IOException {
        return new SnapshotStore(disk, maxSnapshotBytes, acceptance);
    }

    /** One sentence for each thing that the opening, or a later look, found worth telling. */
    public List<String> report() {
        return shelf.report();
    }

    /** The newest complete snapshot. */
    public Optional<SnapshotMeta> latest() {
        return shelf.latest();
    }

    /** The chain hash of the log at the snapshot's last entry, if the snapshot is there and says so. */
    public OptionalLong chainHash(SnapshotMeta meta) {
        return shelf.find(meta)
                .map(held -> held.folder().manifest().start().chainHash())
                .orElse(OptionalLong.empty());
    }

    /**
     * Writes a snapshot and makes it the {@link #latest}, durably; the capture is closed. Blocks; for a thread of its own.
     * One that is not newer than the latest is not written.
     *
     * @param chainHash of the log at the snapshot's last entry
     * @return the latest one, which this one is unless a later one was there
     */
    public SnapshotMeta writeLocal(SnapshotMeta meta, OptionalLong chainHash, StateMachine.Capture capture)
            throws IOException {
        synchronized (writing) {
            try (capture) {
                Optional<SnapshotMeta> later = latest().filter(
                                last -> last.last().index() >= meta.last().index());
                if (later.isPresent()) {
                    return later.get();
                }
                SnapshotFolderWriter writer = new SnapshotFolderWriter(disk, UNFINISHED + "local");
                try {
                    capture.writeTo(writer);
                } catch (IOException | RuntimeException e) {
                    writer.abandon();
                    throw e;
                }
                shelf.add(writer.finish(new Start(meta, chainHash), pathOf(meta)), meta);
                return meta;
            }
        }
    }

    static String pathOf(SnapshotMeta meta) {
        return FOLDER + "/" + SnapshotFolder.nameOf(meta.last());
    }

    /**
     * Opens a snapshot, verified in full. Its files stay until {@link OpenSnapshot#close}.
     *
     * @return empty if it is not there, or is damaged: it is set aside then, and {@link #latest} is not it any more
     */
    public Optional<OpenSnapshot> open(SnapshotMeta meta) throws IOException {
        Optional<Held> held = shelf.holdVerified(meta);
        return held.isPresent() ? Optional.of(new Reader(held.get())) : Optional.empty();
    }

    /**
     * Reads all snapshots from the disk, byte for byte, whatever was found of them before. Damaged ones are set aside, and
     * are not the {@link #latest} any more. Blocks; may run beside everything else.
     *
     * @param onRead told how many bytes were read, again and again; may take its time
     * @return what is damaged
     */
    public List<Finding> scrub(LongConsumer onRead) throws IOException {
        List<Finding> findings = new ArrayList<>();
        for (Held held : shelf.holdAll()) {
            try {
                damage(held, onRead).ifPresent(findings::add);
            } finally {
                shelf.release(held);
            }
        }
        return findings;
    }

    private Optional<Finding> damage(Held held, LongConsumer onRead) throws IOException {
        CorruptFrameException damage;
        try {
            held.folder().verifyAgain(onRead);
            return Optional.empty();
        } catch (CorruptFrameException e) {
            damage = e;
        } catch (IOException e) {
            damage = new CorruptFrameException("it cannot be read: " + e.getMessage());
        }
        shelf.setAside(held, damage);
        return Optional.of(Finding.damage(
                held.folder().path(),
                "the snapshot is not usable, " + damage.getMessage(),
                "it is set aside, and a new one is taken"));
    }

    /** How many bytes a {@link #scrub} would read now. */
    public long bytes() {
        return shelf.bytes();
    }

    /**
     * Deletes all snapshots, durably, and what was received of one: they may hold a state that is wrong. Nobody may be
     * reading one.
     */
    public void dropAll() throws IOException {
        receiving.drop();
        sending.clear();
        shelf.dropAll();
    }

    private final class Reader implements OpenSnapshot {

        private final Held held;
        private boolean closed;

        Reader(Held held) {
            this.held = held;
        }

        @Override
        public SnapshotMeta meta() {
            return held.folder().manifest().meta();
        }

        @Override
        public List<String> files() {
            return held.folder().manifest().files().stream()
                    .map(Manifest.File::name)
                    .sorted()
                    .toList();
        }

        @Override
        public InputStream open(String name) throws IOException {
            Manifest.File expected = held.folder().manifest().files().stream()
                    .filter(file -> file.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IOException("the snapshot has no file " + name));
            return new VerifiedInput(
                    new DiskStreams.Input(disk.open(held.folder().path() + "/" + name)), expected);
        }

        @Override
        public Optional<Path> folder() {
            return disk.path(held.folder().path());
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                shelf.release(held);
            }
        }
    }

    /**
     * The length of the stream in which the snapshot is sent: manifest, then files. The first call verifies it in full and
     * holds its files until {@link #releaseSending}, or until two newer ones are being sent.
     *
     * @return empty if it is not there or is damaged; the latest one should be sent instead
     */
    public OptionalLong streamLength(SnapshotMeta meta) throws IOException {
        return sending.streamLength(meta);
    }

    /**
     * A piece of that stream, shorter than {@code maxLength} only at its end.
     *
     * @throws IOException if the snapshot is not being sent, or cannot be read
     */
    public ByteBuffer readChunk(SnapshotMeta meta, long offset, int maxLength) throws IOException {
        return sending.readChunk(meta, offset, maxLength);
    }

    /**
     * Somebody wants a stream from its beginning. If that is not the first time, what was sent may be what is damaged: the
     * next call of {@link #streamLength} verifies it anew.
     */
    public void beginsAnew(SnapshotMeta meta) throws IOException {
        sending.beginsAnew(meta);
    }

    /** Nobody is being sent this snapshot any more. */
    public void releaseSending(SnapshotMeta meta) throws IOException {
        sending.release(meta);
    }

    /**
     * Stores a received piece. A first piece of another snapshot than the one being received replaces that; what was
     * stored survives a lost connection and a restart.
     *
     * @param total bytes in the whole stream
     */
    public ReceiveResult storeChunk(SnapshotMeta meta, long offset, long total, ByteBuffer piece) throws IOException {
        return receiving.storeChunk(meta, offset, total, piece);
    }

    /** Closes files; what is held stays on disk. */
    @Override
    public void close() throws IOException {
        receiving.close();
    }
}
