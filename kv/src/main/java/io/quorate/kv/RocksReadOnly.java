package io.quorate.kv;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;

/**
 * A store's directory, opened without changing a byte of it: no lock, no log, no recovery. Checksums are verified on each
 * read, and blocks are kept in a cache of its own, so that what is read comes from the files and not from what a running
 * store remembers. For one thread.
 */
final class RocksReadOnly implements OrderedStore, FrozenStore {
    private static final long CACHE_BYTES = 1 << 20;
    private static final long READ_AHEAD_BYTES = 1 << 20;

    /** A file of the store that holds keys. */
    record TableFile(Path path, long bytes) {}

    private final Path directory;
    private final LRUCache cache = new LRUCache(CACHE_BYTES);
    private final Options options;
    private final ReadOptions readOptions =
            new ReadOptions().setVerifyChecksums(true).setFillCache(false).setReadaheadSize(READ_AHEAD_BYTES);
    private final RocksDB db;

    private RocksReadOnly(Path directory) throws RocksDBException {
        this.directory = directory;
        this.options = new Options()
                .setCreateIfMissing(false)
                .setTableFormatConfig(new BlockBasedTableConfig().setBlockCache(cache));
        try {
            this.db = RocksDB.openReadOnly(options, directory.toString());
        } catch (RocksDBException e) {
            closeOptions();
            throw e;
        }
    }

    /** @throws StoreException if there is none, or it is damaged such that it cannot be opened */
    static RocksReadOnly open(Path directory) {
        RocksDB.loadLibrary();
        try {
            return new RocksReadOnly(directory);
        } catch (RocksDBException e) {
            throw new StoreException("cannot open the store in " + directory + ": " + e.getMessage(), e);
        }
    }

    List<TableFile> tableFiles() {
        return db.getLiveFilesMetaData().stream()
                .map(file -> new TableFile(directory.resolve(file.fileName().substring(1)), file.size()))
                .toList();
    }

    /**
     * Reads a whole file.
     *
     * @return what is wrong with it
     * @throws StoreException if it cannot be read now, which tells nothing of what is in it: too many files may be open
     */
    Optional<String> verify(TableFile file) {
        try (SstFileReader reader = new SstFileReader(options)) {
            reader.open(file.path().toString());
            reader.verifyChecksum();
            return Optional.empty();
        } catch (RocksDBException e) {
            StoreException failure = new StoreException("cannot read " + file.path() + ": " + e.getMessage(), e);
            if (failure.maySucceedLater() && Files.exists(file.path())) {
                throw failure;
            }
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public List<Part> parts() {
        return tableFiles().stream()
                .map(file -> new Part(file.path().getFileName().toString(), file.bytes()))
                .toList();
    }

    @Override
    public Optional<String> verify(Part part) {
        return verify(new TableFile(directory.resolve(part.name()), part.bytes()));
    }

    @Override
    public Optional<byte[]> get(byte[] key) {
        try {
            return Optional.ofNullable(db.get(readOptions, key));
        } catch (RocksDBException e) {
            throw new StoreException("cannot read from the store in " + directory + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Cursor cursor() {
        Lock unshared = new ReentrantLock();
        unshared.lock();
        return new RocksCursor(db.newIterator(readOptions), unshared);
    }

    @Override
    public void write(WriteBatch batch) {
        throw new StoreException("the store in " + directory + " is incomplete, and is only looked at");
    }

    @Override
    public void flush() {
        // Nothing is ever written.
    }

    @Override
    public void checkpointTo(Path emptyDirectory) {
        throw new UnsupportedOperationException("the store is only looked at");
    }

    @Override
    public FrozenStore freeze(Path emptyDirectory) {
        throw new UnsupportedOperationException("the store is only looked at");
    }

    @Override
    public FrozenStore openCheckpoint(Path checkpoint) {
        throw new UnsupportedOperationException("the store is only looked at");
    }

    @Override
    public void restoreFrom(Path checkpoint) {
        throw new UnsupportedOperationException("the store is only looked at");
    }

    @Override
    public boolean defragment() {
        throw new UnsupportedOperationException("the store is only looked at");
    }

    @Override
    public long sizeBytes() {
        return 1 + tableFiles().stream().mapToLong(TableFile::bytes).sum();
    }

    @Override
    public long sizeInUseBytes() {
        return sizeBytes();
    }

    @Override
    public void close() {
        db.close();
        closeOptions();
    }

    private void closeOptions() {
        readOptions.close();
        options.close();
        cache.close();
    }
}
