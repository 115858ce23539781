package io.quorate.simulator.disk;

import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import io.quorate.simulator.disk.DiskFaults.Full;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * A {@link Disk} in memory, as one process sees it: it forgets in a power failure what was not synced, and fails as it is
 * told to. For one thread.
 *
 * <p>Nothing waits in it: how long its operations would have taken is added up for {@link #takeLatencyNanos}.
 */
public final class SimulatedDisk implements Disk {

    static final long WRITE_NANOS = 12_000;
    static final long SYNC_NANOS = 250_000;

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
    private LongSupplier clock = () -> 0;
    private Optional<MisdirectedWrite> misdirected = Optional.empty();

    /** What was deleted or renamed, by its name, if old files are to come back one day. */
    private Optional<OldFiles> old = Optional.empty();

    /** When the sync that takes longest will have ended. */
    private long hangsUntil;

    private LongPredicate patience = time -> false;
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

    /** What waits until a time while everything else goes on, if whoever uses the disk can be waited for. */
    public void setPatience(LongPredicate newPatience) {
        patience = newPatience;
    }

    /** Tells the time, which a sync that hangs needs to know. */
    public void setClock(LongSupplier newClock) {
        clock = newClock;
    }

    /** The next write to a file whose name begins so goes to other sectors, of the same file or of another one. */
    public void misdirectNextWrite(String prefix, boolean sameFile, Consumer<String> told) {
        misdirected = Optional.of(new MisdirectedWrite(prefix, sameFile, told));
    }

    record MisdirectedWrite(String prefix, boolean sameFile, Consumer<String> told) {}

    /** Remembers from now on what is deleted and renamed, for {@link #bringBackOld}. */
    public void keepOldFiles() {
        if (old.isEmpty()) {
            old = Optional.of(new OldFiles());
        }
    }

    /** Files whose names begin so and that had been deleted or renamed are there again as they were. Their names. */
    public List<String> bringBackOld(String prefix) {
        return old.map(kept -> kept.bringBack(prefix, names)).orElse(List.of());
    }

    /** Whether a read may give something else than what was written, or a write is about to go elsewhere. */
    public boolean isMisleading() {
        return faults.isMisleading() || misdirected.isPresent();
    }

    /** When the sync that hangs longest will end; past if none does. */
    public long hangsUntil() {
        return hangsUntil;
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
        next.clock = clock;
        next.old = old;
        return next;
    }

    /** Flips one bit, at rest. Of which file, if there is one that has any bytes there. */
    public Optional<String> rot(RotTarget target) {
        List<String> candidates = names.all().stream()
                .filter(name -> target.isIn(name) && !names.isDirectory(name))
                .filter(name -> names.content(name).orElseThrow().size() > 0)
                .toList();
        if (candidates.isEmpty()) {
            return Optional.empty();
        }
        String name = target.isOfTheNewest() ? candidates.getLast() : candidates.get(random.nextInt(candidates.size()));
        FileContent content = names.content(name).orElseThrow();
        int used = Math.max(1, content.used());
        content.flipBit(random.nextInt(target.from(used), target.to(used)), random.nextInt(8));
        observer.damaged(Damage.ONE_BIT);
        return Optional.of(name);
    }

    /**
     * What was written last to the newest of the files whose names begin so is as if it had never been written, though it was synced.
     *
     * @param sectors how many of them, at most
     * @return the file's name, if it had more than its beginning
     */
    public Optional<String> forgetEnd(String prefix, int sectors) {
        Optional<String> newest =
                names.all().stream().filter(name -> name.startsWith(prefix)).reduce((earlier, later) -> later);
        Optional<String> hit =
                newest.filter(name -> names.content(name).orElseThrow().forgetEnd(sectors));
        hit.ifPresent(name -> observer.damaged(Damage.LOST_END));
        return hit;
    }

    /** The bytes of a file as they are. */
    public byte[] bytes(String name) {
        return names.content(name).orElseThrow().copy();
    }

    /** Puts other bytes in the place of a file's, durably. */
    public void replace(String name, byte[] bytes) {
        names.content(name).orElseThrow().replace(bytes);
        observer.damaged(Damage.ANY);
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

    /** Something on the disk is about to change. */
    void changing() {
        hook.beforeOperation();
        operations++;
        latencyNanos += WRITE_NANOS;
    }

    void requireRoom(Full need) throws FullDiskException {
        if (faults.full() != Full.NOTHING && faults.full().concerns(need)) {
            throw new FullDiskException();
        }
    }

    boolean happens(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    /** What is done takes so long. */
    void spend(long nanos) {
        latencyNanos += nanos;
    }

    long now() {
        return clock.getAsLong();
    }

    /** The sync that is under way takes so much longer: nothing of it is durable for sure before that. */
    void hang(long nanos) {
        long end = now() + latencyNanos + nanos;
        hangsUntil = Math.max(hangsUntil, end);
        if (patience.test(end)) {
            latencyNanos = 0;
        } else {
            latencyNanos += nanos;
        }
    }

    /** Where this write to that file goes instead, if it does; only one does. */
    Optional<MisdirectedWrite> takeMisdirected(String name) {
        if (misdirected.isEmpty() || !name.startsWith(misdirected.get().prefix())) {
            return Optional.empty();
        }
        Optional<MisdirectedWrite> taken = misdirected;
        misdirected = Optional.empty();
        return taken;
    }

    FileNames files() {
        return names;
    }

    RandomGenerator random() {
        return random;
    }

    DiskFaults faults() {
        return faults;
    }

    DiskObserver observer() {
        return observer;
    }

    OperationHook hook() {
        return hook;
    }

    boolean isLookedAt() {
        return lookedAt;
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
        requireRoom(Full.NAMES);
        changing();
        FileContent content = new FileContent(false);
        names.create(name, content);
        return new SimulatedFile(this, name, content);
    }

    @Override
    public DiskFile open(String name) throws IOException {
        FileContent content = names.content(name).orElseThrow(() -> new FileNotFoundException(name));
        if (content.directory) {
            throw new IOException(name + " is a folder");
        }
        return new SimulatedFile(this, name, content);
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
        requireRoom(Full.NAMES);
        changing();
        old.ifPresent(kept -> kept.remember(from, names));
        old.ifPresent(kept -> kept.remember(to, names));
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
        old.ifPresent(kept -> kept.remember(name, names));
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
}
