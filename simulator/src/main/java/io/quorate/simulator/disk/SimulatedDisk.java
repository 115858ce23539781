package io.quorate.simulator.disk;

import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A {@link Disk} in memory, as one process sees it: it forgets in a power failure what was not synced, and fails as it is
 * told to. For one thread.
 *
 * <p>Nothing waits in it: how long its operations would have taken is added up for {@link #takeLatencyNanos}.
 */
public final class SimulatedDisk implements Disk {

    private static final long WRITE_NANOS = 12_000;
    private static final long SYNC_NANOS = 250_000;
    private static final long SYNC_SPREAD_NANOS = 500_000;
    private static final long NANOS_PER_KIB = 2_000;

    /** Is called before each operation that changes something, and may throw instead. */
    @FunctionalInterface
    public interface OperationHook {
        void beforeOperation();

        /**
         * How many bytes of a write to look at it half done, if at all: {@link #torn} is called with so many written.
         *
         * @param length what the whole write takes
         * @return lengths in increasing order, each less than {@code length}
         */
        default int[] tearsOf(long position, int length) {
            return NO_TEARS;
        }

        /** A part of a write is done; it may throw, then the rest is never done. */
        default void torn() {}
    }

    private static final int[] NO_TEARS = {};

    private final FileNames names;
    private final RandomGenerator random;
    private OperationHook hook = () -> {};
    private DiskObserver observer = DiskObserver.NONE;
    private DiskFaults faults = DiskFaults.NONE;
    private boolean locked;
    private boolean lookedAt;
    private long latencyNanos;
    private long operations;

    /** An empty disk. */
    public SimulatedDisk(RandomGenerator random) {
        this(new FileNames(), random);
    }

    private SimulatedDisk(FileNames names, RandomGenerator random) {
        this.names = names;
        this.random = random;
    }

    /** A disk whose every draw follows from a seed. */
    public static SimulatedDisk ofSeed(long seed) {
        return new SimulatedDisk(new SplittableRandom(seed));
    }

    /** Called before each operation that changes something. */
    public void setHook(OperationHook newHook) {
        hook = newHook;
    }

    /** Who is told what reaches the disk, in this life of the process and the next ones. */
    public void setObserver(DiskObserver newObserver) {
        observer = newObserver;
    }

    /** What is wrong with the disk from now on. */
    public void setFaults(DiskFaults newFaults) {
        faults = newFaults;
    }

    /** Whether nothing is wrong with it at present. */
    public boolean isSound() {
        return faults.equals(DiskFaults.NONE);
    }

    /** Operations that changed something, so far. */
    public long operations() {
        return operations;
    }

    /** How long the operations since the last call would have taken. */
    public long takeLatencyNanos() {
        long taken = latencyNanos;
        latencyNanos = 0;
        return taken;
    }

    /** The disk as the next process finds it when this one has died and the machine goes on. This one is over. */
    public SimulatedDisk afterProcessCrash() {
        return next();
    }

    /** The disk as the next process finds it when the machine has lost its power. This one is over. */
    public SimulatedDisk afterPowerLoss() {
        names.losePower(random);
        return next();
    }

    /**
     * The same, where it is told what is lost.
     *
     * @param survivingNameChanges of the names created, changed and deleted since they were last synced, the first so many
     *     survive
     */
    public SimulatedDisk afterPowerLoss(int survivingNameChanges, UnsyncedData data) {
        names.losePower(survivingNameChanges, data, random);
        return next();
    }

    /** How many names were created, changed or deleted since these were last synced. */
    public int unsyncedNameChanges() {
        return names.undurableChanges();
    }

    /** Another disk of the same content, of what is synced and what is not; without the faults, and free. */
    public SimulatedDisk copy(RandomGenerator itsRandom) {
        return new SimulatedDisk(names.copy(), itsRandom);
    }

    private SimulatedDisk next() {
        hook = () -> {
            throw new IllegalStateException("the process that used this disk has died");
        };
        SimulatedDisk next = new SimulatedDisk(names, random);
        next.faults = faults;
        next.observer = observer;
        return next;
    }

    /** Flips one bit of a file whose name begins so, at rest. Which file, if there is one that has any bytes. */
    public Optional<String> rot(String prefix) {
        List<String> candidates = names.all().stream()
                .filter(name -> name.startsWith(prefix) && !names.isDirectory(name))
                .filter(name -> names.content(name).orElseThrow().size() > 0)
                .toList();
        if (candidates.isEmpty()) {
            return Optional.empty();
        }
        String name = candidates.get(random.nextInt(candidates.size()));
        FileContent content = names.content(name).orElseThrow();
        content.flipBit(random.nextInt(content.size()), random.nextInt(8));
        observer.damaged();
        return Optional.of(name);
    }

    /** The bytes of a file as they are. */
    public byte[] bytes(String name) {
        return names.content(name).orElseThrow().copy();
    }

    /** Puts other bytes in the place of a file's, durably. */
    public void replace(String name, byte[] bytes) {
        names.content(name).orElseThrow().replace(bytes);
        observer.damaged();
    }

    /** The names of all files and folders, with the folders that they are in. */
    public List<String> names() {
        return names.all();
    }

    /** Whether everything in files whose name begins so is durable. */
    public boolean isClean(String prefix) {
        return names.all().stream()
                .filter(name -> name.startsWith(prefix))
                .allMatch(name -> names.content(name).orElseThrow().isClean());
    }

    /** Runs something that only looks: what it reads takes no time, and nothing goes wrong with it. */
    public void whileLookedAt(Runnable look) {
        lookedAt = true;
        look.run();
        lookedAt = false;
    }

    private void changing() {
        hook.beforeOperation();
        operations++;
        latencyNanos += WRITE_NANOS;
    }

    private void requireRoom() throws DiskFaultException {
        if (faults.full()) {
            throw new DiskFaultException("No space left on device");
        }
    }

    private boolean happens(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    @Override
    public void createDirectory(String name) {
        if (!names.exists(name)) {
            changing();
            names.create(name, new FileContent(true));
            syncDirectory(FileNames.parent(name));
        }
    }

    @Override
    public DiskFile create(String name) throws IOException {
        if (names.exists(name)) {
            throw new IOException(name + " exists already");
        }
        if (!names.isDirectory(FileNames.parent(name))) {
            throw new FileNotFoundException("the folder of " + name);
        }
        requireRoom();
        changing();
        FileContent content = new FileContent(false);
        names.create(name, content);
        return new OpenFile(content);
    }

    @Override
    public DiskFile open(String name) throws IOException {
        FileContent content = names.content(name).orElseThrow(() -> new FileNotFoundException(name));
        if (content.directory) {
            throw new IOException(name + " is a folder");
        }
        return new OpenFile(content);
    }

    @Override
    public boolean exists(String name) {
        return names.exists(name);
    }

    @Override
    public boolean isDirectory(String name) {
        return names.isDirectory(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        if (!names.exists(from)) {
            throw new FileNotFoundException(from);
        }
        requireRoom();
        changing();
        names.rename(from, to);
    }

    @Override
    public void delete(String name) throws IOException {
        if (!names.exists(name)) {
            throw new FileNotFoundException(name);
        }
        if (names.isDirectory(name) && !names.list(name).isEmpty()) {
            throw new IOException(name + " is not empty");
        }
        changing();
        names.delete(name);
    }

    @Override
    public List<String> list(String directory) {
        return names.list(directory);
    }

    @Override
    public void syncDirectory(String directory) {
        changing();
        latencyNanos += SYNC_NANOS;
        names.sync(directory);
    }

    @Override
    public Closeable lock() throws IOException {
        if (locked) {
            throw new DataDirectoryException("Data directory " + this + " is in use by another member.");
        }
        locked = true;
        return () -> locked = false;
    }

    @Override
    public Optional<Path> path(String name) {
        return Optional.empty();
    }

    @Override
    public String toString() {
        return "of the simulation";
    }

    private final class OpenFile implements DiskFile {

        private final FileContent content;

        OpenFile(FileContent content) {
            this.content = content;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            if (!lookedAt && happens(faults.readError())) {
                throw new DiskFaultException("Input/output error");
            }
            int length = into.remaining();
            latencyNanos += lookedAt ? 0 : WRITE_NANOS + (length >> 10) * NANOS_PER_KIB;
            if (into.hasArray()) {
                int count = content.read(
                        Math.toIntExact(position), into.array(), into.arrayOffset() + into.position(), length);
                into.position(into.position() + count);
                return count;
            }
            byte[] copy = new byte[length];
            int count = content.read(Math.toIntExact(position), copy, 0, length);
            into.put(copy, 0, count);
            return count;
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            changing();
            int length = from.remaining();
            latencyNanos += (length >> 10) * NANOS_PER_KIB;
            if (position + length > content.size()) {
                requireRoom();
            }
            byte[] bytes = new byte[length];
            from.get(bytes);
            if (happens(faults.writeError())) {
                content.write(Math.toIntExact(position), bytes, 0, random.nextInt(length + 1));
                throw new DiskFaultException("Input/output error");
            }
            for (int torn : hook.tearsOf(position, length)) {
                content.write(Math.toIntExact(position), bytes, 0, torn);
                hook.torn();
            }
            content.write(Math.toIntExact(position), bytes, 0, length);
            observer.written(content, bytes);
        }

        @Override
        public void sync() throws IOException {
            changing();
            latencyNanos += SYNC_NANOS + random.nextLong(SYNC_SPREAD_NANOS);
            if (happens(faults.slowSync())) {
                latencyNanos += faults.slowNanos();
            }
            if (happens(faults.syncError())) {
                content.failSync();
                observer.synced(content, false);
                throw new DiskFaultException("Input/output error");
            }
            content.sync();
            observer.synced(content, true);
        }

        @Override
        public void preallocate(long size) throws IOException {
            if (size > content.size()) {
                requireRoom();
            }
            changing();
            content.grow(Math.toIntExact(size));
        }

        @Override
        public long size() {
            return content.size();
        }

        @Override
        public void close() {
            // What is closed is not synced by that.
        }
    }
}
