package io.quorate.kv;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;

/**
 * An ordered store in a directory of its own, kept by RocksDB.
 *
 * <p>RocksDB's own log is off: what a crash takes away is applied again from the Raft log. Everything is in one column
 * family, so that what a crash leaves is the state after some batch, whole, and never a mixture.
 */
public final class RocksStore implements OrderedStore {
    private final Path directory;
    private final RocksMemory memory;

    /** Held for reading wherever native memory is used, since RocksDB does not survive being used after it is closed. */
    private final ReadWriteLock lifetime = new ReentrantReadWriteLock();

    private final Defragmentation defragmentation = new Defragmentation();

    private final UnknownPeeks unknownPeeks = new UnknownPeeks();

    private @Nullable RocksHandle handle;

    private RocksStore(Path directory, RocksMemory memory) {
        this.directory = directory;
        this.memory = memory;
        this.handle = RocksHandle.open(directory, memory);
    }

    /**
     * Opens the store in a directory, which is created if it is missing.
     *
     * @throws StoreException if it cannot be opened: it is damaged, or some process has it open already
     */
    public static RocksStore open(Path directory, RocksMemory memory) {
        return new RocksStore(directory, memory);
    }

    @Override
    public Optional<byte[]> get(byte[] key) {
        return reading(rocks -> {
            try {
                return Optional.ofNullable(rocks.db().get(rocks.readOptions(), key));
            } catch (RocksDBException e) {
                throw failure("read from", e);
            }
        });
    }

    @Override
    public Peek peek(byte[] key) {
        if (unknownPeeks.isAnother()) {
            return Peek.UNKNOWN;
        }
        Lock reading = lifetime.readLock();
        if (!reading.tryLock()) {
            return Peek.UNKNOWN;
        }
        try {
            RocksHandle rocks = handle;
            return rocks == null
                    ? Peek.UNKNOWN
                    : Peek.of(Optional.ofNullable(rocks.db().get(rocks.memoryOnly(), key)));
        } catch (RocksDBException e) {
            // What is not in memory, and also what is damaged: the one who reads it from the disk tells what is wrong.
            unknownPeeks.begin();
            return Peek.UNKNOWN;
        } finally {
            reading.unlock();
        }
    }

    @Override
    public Cursor cursor() {
        Lock reading = lifetime.readLock();
        reading.lock();
        try {
            return new RocksCursor(opened().newIterator(), reading);
        } catch (RuntimeException e) {
            reading.unlock();
            throw e;
        }
    }

    @Override
    public void write(WriteBatch batch) {
        reading(rocks -> {
            try (org.rocksdb.WriteBatch encoded = new org.rocksdb.WriteBatch(RocksBatch.encode(batch))) {
                rocks.db().write(rocks.writeOptions(), encoded);
                return true;
            } catch (RocksDBException e) {
                throw failure("write to", e);
            }
        });
    }

    @Override
    public void flush() {
        reading(rocks -> {
            flush(rocks);
            return true;
        });
    }

    /** Its number goes up whenever RocksDB begins another table in memory, be it to write the one before to the disk. */
    @Override
    public OptionalLong memoryEpoch() {
        return OptionalLong.of(reading(rocks -> property(rocks, "rocksdb.current-super-version-number")));
    }

    @Override
    public void checkpointTo(Path emptyDirectory) {
        reading(rocks -> {
            // Without a log of its own, what RocksDB has in memory is in no file that a checkpoint could link.
            flush(rocks);
            try (Checkpoint checkpoint = Checkpoint.create(rocks.db())) {
                Files.deleteIfExists(emptyDirectory); // RocksDB wants to create it
                checkpoint.createCheckpoint(emptyDirectory.toString());
                return true;
            } catch (RocksDBException | IOException e) {
                throw failure("make a checkpoint of", e);
            }
        });
    }

    /**
     * A checkpoint, whose files are those of the store itself, opened a second time: so it has a cache of its own, and what
     * the store does meanwhile, even if it is replaced, does not concern it.
     */
    @Override
    public FrozenStore freeze(Path emptyDirectory) {
        checkpointTo(emptyDirectory);
        return RocksReadOnly.open(emptyDirectory);
    }

    @Override
    public FrozenStore openCheckpoint(Path checkpoint) {
        return RocksReadOnly.open(checkpoint);
    }

    @Override
    public void restoreFrom(Path checkpoint) {
        try {
            // Copying takes as long as the state is large, and needs nothing of the one that is replaced.
            Path copy = DirectoryCopy.besides(directory, checkpoint);
            replaceBy(copy);
        } catch (IOException e) {
            throw failure("restore", e);
        }
    }

    private void replaceBy(Path copy) throws IOException {
        Lock exclusively = exclusively();
        try {
            RocksHandle old = opened();
            handle = null;
            old.close();
            DirectoryCopy.replace(directory, copy);
            handle = RocksHandle.open(directory, memory);
        } finally {
            exclusively.unlock();
        }
    }

    @Override
    public boolean defragment() {
        return reading(rocks -> {
            try {
                return defragmentation.run(rocks.db());
            } catch (RocksDBException e) {
                throw failure("defragment", e);
            }
        });
    }

    @Override
    public long sizeBytes() {
        return reading(rocks -> 1 + property(rocks, "rocksdb.total-sst-files-size") + memoryInUse(rocks));
    }

    @Override
    public long sizeInUseBytes() {
        return reading(rocks -> {
            long total = property(rocks, "rocksdb.total-sst-files-size");
            return 1 + Math.min(total, property(rocks, "rocksdb.estimate-live-data-size")) + memoryInUse(rocks);
        });
    }

    @Override
    public void close() {
        Lock exclusively = exclusively();
        try {
            RocksHandle old = handle;
            if (old != null) {
                // A store that cannot be flushed is let go of all the same: it may be about to be replaced.
                try {
                    flush(old);
                } finally {
                    handle = null;
                    old.close();
                }
            }
        } finally {
            exclusively.unlock();
        }
    }

    /** Waits until nobody else uses native memory, and keeps it so. */
    private Lock exclusively() {
        Lock exclusively = lifetime.writeLock();
        defragmentation.giveWay();
        exclusively.lock();
        defragmentation.mayGoOn();
        return exclusively;
    }

    private <T> T reading(Function<RocksHandle, T> use) {
        Lock reading = lifetime.readLock();
        reading.lock();
        try {
            return use.apply(opened());
        } finally {
            reading.unlock();
        }
    }

    private RocksHandle opened() {
        RocksHandle current = handle;
        if (current == null) {
            throw new IllegalStateException("the store in " + directory + " is closed");
        }
        return current;
    }

    private void flush(RocksHandle rocks) {
        try (FlushOptions options = new FlushOptions().setWaitForFlush(true)) {
            rocks.db().flush(options);
        } catch (RocksDBException e) {
            throw failure("flush", e);
        }
    }

    private long memoryInUse(RocksHandle rocks) {
        return property(rocks, "rocksdb.cur-size-all-mem-tables");
    }

    private long property(RocksHandle rocks, String name) {
        try {
            return rocks.db().getLongProperty(name);
        } catch (RocksDBException e) {
            throw failure("ask for " + name + " of", e);
        }
    }

    private StoreException failure(String what, Exception cause) {
        return new StoreException("cannot " + what + " the store in " + directory + ": " + cause.getMessage(), cause);
    }
}
