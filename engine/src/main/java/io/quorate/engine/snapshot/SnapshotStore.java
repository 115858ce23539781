package io.quorate.engine.snapshot;

import io.quorate.core.SnapshotMeta;
import io.quorate.engine.StateMachine;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.inspect.Finding;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    }

    /** A snapshot that is held for reading. */
    public interface OpenSnapshot extends SnapshotReader, AutoCloseable {

        @Override
        void close() throws IOException;
    }

    static final String FOLDER = "snapshots";

    static final String PREFIX = "snapshot-";
    static final String DAMAGED = "damaged-";
    private static final String UNFINISHED = FOLDER + "/unfinished-";
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotStore.class);

    /** Snapshots that are held for sending at a time: the newest, and the one before, whose sending may go on. */
    private static final int SENDING_LIMIT = 2;

    /** A snapshot and how many read it. Guarded by the store. */
    private static final class Held {
        private final SnapshotFolder folder;
        private int readers;
        private boolean verified;
        /** A piece behind the beginning was sent: if the beginning is asked for again, something was wrong. */
        private boolean sentFurther;

        Held(SnapshotFolder folder) {
            this.folder = folder;
        }
    }

    private final Disk disk;
    private final long maxSnapshotBytes;
    private final List<String> report = new ArrayList<>();
    /** By index: the newest, and those that someone reads. */
    private final NavigableMap<Long, Held> snapshots = new TreeMap<>();

    private Optional<Held> newest = Optional.empty();
    private final NavigableMap<Long, Held> sending = new TreeMap<>();
    /** Only one snapshot is written at a time, and one received. */
    private final Object writing = new Object();

    private final Object receiving = new Object();
    private Optional<IncomingSnapshot> incoming;

    private SnapshotStore(Disk disk, long maxSnapshotBytes) throws IOException {
        this.disk = disk;
        this.maxSnapshotBytes = maxSnapshotBytes;
        disk.createDirectory(FOLDER);
        disk.syncDirectory("");
        find();
        this.incoming = IncomingSnapshot.resume(disk);
    }

    /**
     * Finds the snapshots, by their manifests alone; sets damaged ones aside and clears up what a crash left.
     *
     * @param maxSnapshotBytes received snapshots that claim more are refused
     */
    public static SnapshotStore open(Disk disk, long maxSnapshotBytes) throws IOException {
        return new SnapshotStore(disk, maxSnapshotBytes);
    }

    private void find() throws IOException {
        for (String name : disk.list(FOLDER)) {
            String path = FOLDER + "/" + name;
            if (path.startsWith(UNFINISHED)) {
                SnapshotFolder.delete(disk, path);
            } else if (name.startsWith(PREFIX)) {
                try {
                    SnapshotFolder folder = SnapshotFolder.read(disk, path);
                    snapshots.put(folder.manifest().meta().last().index(), new Held(folder));
                } catch (CorruptFrameException e) {
                    setAside(path, e);
                }
            }
        }
        // A crash may have come before this: the newest must be durable before the older ones go.
        disk.syncDirectory(FOLDER);
        newest = Optional.ofNullable(snapshots.lastEntry()).map(Map.Entry::getValue);
        dropUnread();
    }

    private void setAside(String path, CorruptFrameException why) throws IOException {
        int number = 1;
        while (disk.exists(FOLDER + "/" + DAMAGED + number)) {
            number++;
        }
        String aside = FOLDER + "/" + DAMAGED + number;
        disk.rename(path, aside);
        disk.syncDirectory(FOLDER);
        String sentence =
                "The snapshot " + path + " is not usable, " + why.getMessage() + "; it was set aside as " + aside + ".";
        LOG.warn(sentence);
        report.add(sentence);
    }

    /** Deletes all but the latest and those that are read. */
    private void dropUnread() throws IOException {
        List<Held> unread = snapshots.values().stream()
                .filter(held -> held.readers == 0 && !newest.equals(Optional.of(held)))
                .toList();
        for (Held held : unread) {
            snapshots.values().remove(held);
            // Renamed first: half deleted it would look like a damaged one after a crash.
            String dropped = UNFINISHED + held.folder.path().substring(FOLDER.length() + 1);
            disk.rename(held.folder.path(), dropped);
            SnapshotFolder.delete(disk, dropped);
        }
    }

    /** One sentence for each thing that the opening, or a later look, found worth telling. */
    public synchronized List<String> report() {
        return List.copyOf(report);
    }

    /** The newest complete snapshot. */
    public synchronized Optional<SnapshotMeta> latest() {
        return newest.map(held -> held.folder.manifest().meta());
    }

    /** The chain hash of the log at the snapshot's last entry, if the snapshot is there and says so. */
    public synchronized OptionalLong chainHash(SnapshotMeta meta) {
        return find(meta)
                .map(held -> held.folder.manifest().start().chainHash())
                .orElse(OptionalLong.empty());
    }

    private Optional<Held> find(SnapshotMeta meta) {
        return Optional.ofNullable(snapshots.get(meta.last().index()))
                .filter(held -> held.folder.manifest().meta().equals(meta));
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
                Optional<SnapshotMeta> later = latestUnlessBefore(meta);
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
                adopt(writer, new Start(meta, chainHash));
                return meta;
            }
        }
    }

    private synchronized Optional<SnapshotMeta> latestUnlessBefore(SnapshotMeta meta) {
        return latest().filter(last -> last.last().index() >= meta.last().index());
    }

    private void adopt(SnapshotFolderWriter writer, Start start) throws IOException {
        add(writer.finish(start, pathOf(start.meta())), start.meta());
    }

    private static String pathOf(SnapshotMeta meta) {
        return FOLDER + "/" + SnapshotFolder.nameOf(meta.last());
    }

    private synchronized void add(SnapshotFolder folder, SnapshotMeta meta) throws IOException {
        Held held = new Held(folder);
        snapshots.put(meta.last().index(), held);
        newest = Optional.of(snapshots.lastEntry().getValue());
        dropUnread();
    }

    /**
     * Opens a snapshot, verified in full. Its files stay until {@link OpenSnapshot#close}.
     *
     * @return empty if it is not there, or is damaged: it is set aside then, and {@link #latest} is not it any more
     */
    public Optional<OpenSnapshot> open(SnapshotMeta meta) throws IOException {
        Optional<Held> held = holdVerified(meta);
        if (held.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Reader(held.get()));
    }

    /** Holds a snapshot that is there and undamaged. */
    private Optional<Held> holdVerified(SnapshotMeta meta) throws IOException {
        Held held;
        synchronized (this) {
            Optional<Held> there = find(meta);
            if (there.isEmpty()) {
                return Optional.empty();
            }
            held = there.get();
            held.readers++;
            if (held.verified) {
                return there;
            }
        }
        try {
            held.folder.verify();
            synchronized (this) {
                held.verified = true;
            }
            return Optional.of(held);
        } catch (CorruptFrameException e) {
            setAside(held, e);
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            release(held);
            throw e;
        }
    }

    private synchronized void setAside(Held held, CorruptFrameException why) throws IOException {
        if (snapshots.values().remove(held)) {
            newest = Optional.ofNullable(snapshots.lastEntry()).map(Map.Entry::getValue);
            sending.values().remove(held);
            setAside(held.folder.path(), why);
        }
    }

    /**
     * Reads all snapshots from the disk, byte for byte, whatever was found of them before. Damaged ones are set aside, and
     * are not the {@link #latest} any more. Blocks; may run beside everything else.
     *
     * @param onRead told how many bytes were read, again and again; may take its time
     * @return what is damaged
     */
    public List<Finding> scrub(LongConsumer onRead) throws IOException {
        List<Held> all;
        synchronized (this) {
            all = List.copyOf(snapshots.values());
            all.forEach(held -> held.readers++);
        }
        List<Finding> findings = new ArrayList<>();
        for (Held held : all) {
            try {
                damage(held, onRead).ifPresent(finding -> findings.add(finding));
            } finally {
                release(held);
            }
        }
        return findings;
    }

    private Optional<Finding> damage(Held held, LongConsumer onRead) throws IOException {
        CorruptFrameException damage;
        try {
            held.folder.verifyAgain(onRead);
            return Optional.empty();
        } catch (CorruptFrameException e) {
            damage = e;
        } catch (IOException e) {
            damage = new CorruptFrameException("it cannot be read: " + e.getMessage());
        }
        setAside(held, damage);
        return Optional.of(Finding.damage(
                held.folder.path(),
                "the snapshot is not usable, " + damage.getMessage(),
                "it is set aside, and a new one is taken"));
    }

    /** How many bytes a {@link #scrub} would read now. */
    public synchronized long bytes() {
        return snapshots.values().stream()
                .mapToLong(held -> held.folder.streamLength())
                .sum();
    }

    /**
     * Deletes all snapshots, durably, and what was received of one: they may hold a state that is wrong. Nobody may be
     * reading one.
     */
    public void dropAll() throws IOException {
        synchronized (receiving) {
            dropIncoming();
        }
        synchronized (this) {
            newest = Optional.empty();
            sending.clear();
            dropUnread();
            disk.syncDirectory(FOLDER);
        }
    }

    private synchronized void release(Held held) throws IOException {
        held.readers--;
        dropUnread();
    }

    private final class Reader implements OpenSnapshot {

        private final Held held;
        private boolean closed;

        Reader(Held held) {
            this.held = held;
        }

        @Override
        public SnapshotMeta meta() {
            return held.folder.manifest().meta();
        }

        @Override
        public List<String> files() {
            return held.folder.manifest().files().stream()
                    .map(Manifest.File::name)
                    .sorted()
                    .toList();
        }

        @Override
        public InputStream open(String name) throws IOException {
            Manifest.File expected = held.folder.manifest().files().stream()
                    .filter(file -> file.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IOException("the snapshot has no file " + name));
            return new VerifiedInput(new DiskStreams.Input(disk.open(held.folder.path() + "/" + name)), expected);
        }

        @Override
        public Optional<Path> folder() {
            return disk.path(held.folder.path());
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                release(held);
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
        Optional<SnapshotFolder> sent = beingSent(meta);
        if (sent.isEmpty()) {
            Optional<Held> held = holdVerified(meta);
            if (held.isEmpty()) {
                return OptionalLong.empty();
            }
            beginSending(meta, held.get());
            sent = Optional.of(held.get().folder);
        }
        return OptionalLong.of(sent.get().streamLength());
    }

    private synchronized Optional<SnapshotFolder> beingSent(SnapshotMeta meta) {
        return Optional.ofNullable(sending.get(meta.last().index()))
                .map(held -> held.folder)
                .filter(folder -> folder.manifest().meta().equals(meta));
    }

    private synchronized void beginSending(SnapshotMeta meta, Held held) throws IOException {
        Held before = sending.put(meta.last().index(), held);
        if (before != null) {
            release(before);
        }
        while (sending.size() > SENDING_LIMIT) {
            release(sending.pollFirstEntry().getValue());
        }
    }

    /**
     * A piece of that stream, shorter than {@code maxLength} only at its end.
     *
     * @throws IOException if the snapshot is not being sent, or cannot be read
     */
    public ByteBuffer readChunk(SnapshotMeta meta, long offset, int maxLength) throws IOException {
        SnapshotFolder folder = beingSent(meta)
                .orElseThrow(() -> new IOException("the snapshot of " + meta.last() + " is not being sent"));
        if (offset > 0) {
            noteSentFurther(meta);
        }
        return folder.readStream(offset, maxLength);
    }

    private synchronized void noteSentFurther(SnapshotMeta meta) {
        find(meta).ifPresent(held -> held.sentFurther = true);
    }

    /**
     * Somebody wants a stream from its beginning. If that is not the first time, what was sent may be what is damaged: the
     * next call of {@link #streamLength} verifies it anew.
     */
    public synchronized void beginsAnew(SnapshotMeta meta) throws IOException {
        Optional<Held> held = find(meta).filter(found -> found.sentFurther);
        if (held.isPresent()) {
            LOG.warn("the snapshot {} is wanted from its beginning again, and is verified anew", meta.last());
            held.get().sentFurther = false;
            held.get().verified = false;
            releaseSending(meta);
        }
    }

    /** Nobody is being sent this snapshot any more. */
    public synchronized void releaseSending(SnapshotMeta meta) throws IOException {
        if (beingSent(meta).isPresent()) {
            Held held = sending.remove(meta.last().index());
            if (held != null) {
                release(held);
            }
        }
    }

    /**
     * Stores a received piece. A first piece of another snapshot than the one being received replaces that; what was
     * stored survives a lost connection and a restart.
     *
     * @param total bytes in the whole stream
     */
    public ReceiveResult storeChunk(SnapshotMeta meta, long offset, long total, ByteBuffer piece) throws IOException {
        if (total <= 0 || total > maxSnapshotBytes) {
            return new ReceiveResult.Damaged(
                    "a snapshot of " + total + " bytes was offered, at most " + maxSnapshotBytes + " are taken");
        }
        if (offset < 0 || piece.remaining() > total - offset) {
            return new ReceiveResult.Damaged("a piece does not lie within the stream");
        }
        synchronized (receiving) {
            if (has(meta)) {
                return new ReceiveResult.Complete();
            }
            if (incoming.isEmpty() || !incoming.get().isOf(meta, total)) {
                if (offset != 0) {
                    return new ReceiveResult.Partial(0);
                }
                dropIncoming();
                incoming = Optional.of(IncomingSnapshot.begin(disk, meta, total));
            }
            return store(incoming.get(), meta, offset, piece);
        }
    }

    private synchronized boolean has(SnapshotMeta meta) {
        return find(meta).isPresent();
    }

    private ReceiveResult store(IncomingSnapshot current, SnapshotMeta meta, long offset, ByteBuffer piece)
            throws IOException {
        try {
            if (offset == current.received()) {
                current.store(piece);
            }
            if (!current.isComplete()) {
                return new ReceiveResult.Partial(current.received());
            }
            SnapshotFolder folder = current.finish(UNFINISHED + "received", pathOf(meta));
            incoming = Optional.empty();
            add(folder, meta);
            return new ReceiveResult.Complete();
        } catch (CorruptFrameException e) {
            dropIncoming();
            return new ReceiveResult.Damaged(
                    "the received snapshot of " + meta.last() + " is not usable, " + e.getMessage());
        }
    }

    private void dropIncoming() throws IOException {
        if (incoming.isPresent()) {
            incoming.get().discard();
            incoming = Optional.empty();
        }
    }

    /** Closes files; what is held stays on disk. */
    @Override
    public void close() throws IOException {
        synchronized (receiving) {
            if (incoming.isPresent()) {
                incoming.get().close();
            }
        }
    }
}
