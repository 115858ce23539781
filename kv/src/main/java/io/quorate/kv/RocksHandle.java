package io.quorate.kv;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteOptions;

/**
 * An open RocksDB with the native objects that live as long as it does.
 *
 * @param memoryOnly reads what needs no disk, and fails with the status {@code Incomplete} otherwise
 */
record RocksHandle(
        RocksDB db,
        Options options,
        Cache cache,
        ReadOptions readOptions,
        ReadOptions memoryOnly,
        WriteOptions writeOptions) {
    private static final int MAX_OPEN_FILES = 512;
    private static final int BLOCK_BYTES = 8 * 1024;
    private static final double FILTER_BITS_PER_KEY = 10;

    /** What is larger than a shard is never kept, but read anew each time: few shards, so that the index of every table fits in one. */
    private static final int CACHE_SHARD_BITS = 2;

    /**
     * So many new tables are merged at a time. Each merge reads and writes the level below as well, so with twice RocksDB's default a third
     * less is written; a read looks into up to as many tables more.
     */
    private static final int MERGE_FROM_TABLES = 8;

    /** So many keys of an index are written as what differs from the one before. Clients may have keys of a megabyte, many times. */
    private static final int INDEX_RESTART_INTERVAL = 16;

    /**
     * A manifest names the first and the last key of each table that there ever was, until another one is begun. RocksDB would begin it after
     * a gigabyte, and keys may have a megabyte.
     */
    private static final long MAX_MANIFEST_BYTES = 16 << 20;

    static RocksHandle open(Path directory, RocksMemory memory) {
        RocksDB.loadLibrary();
        Cache cache = new LRUCache(memory.blockCacheBytes(), CACHE_SHARD_BITS);
        Options options = options(cache, memory);
        try {
            Files.createDirectories(directory);
            RocksDB db = RocksDB.open(options, directory.toString());
            return new RocksHandle(
                    db,
                    options,
                    cache,
                    new ReadOptions(),
                    new ReadOptions().setReadTier(ReadTier.BLOCK_CACHE_TIER),
                    new WriteOptions().setDisableWAL(true));
        } catch (RocksDBException | IOException e) {
            options.close();
            cache.close();
            throw new StoreException("cannot open the store in " + directory + ": " + e.getMessage(), e);
        }
    }

    RocksIterator newIterator() {
        return db.newIterator(readOptions);
    }

    void close() {
        db.close();
        readOptions.close();
        memoryOnly.close();
        writeOptions.close();
        options.close();
        cache.close();
    }

    private static Options options(Cache cache, RocksMemory memory) {
        BlockBasedTableConfig table = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setBlockSize(BLOCK_BYTES)
                .setIndexBlockRestartInterval(INDEX_RESTART_INTERVAL)
                .setFilterPolicy(new BloomFilter(FILTER_BITS_PER_KEY))
                // Index blocks count against the cache, so that memory stays bounded however large the store is.
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true);
        return new Options()
                .setCreateIfMissing(true)
                .setTableFormatConfig(table)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setWriteBufferSize(memory.writeBufferBytes())
                .setMaxWriteBufferNumber(2)
                .setLevel0FileNumCompactionTrigger(MERGE_FROM_TABLES)
                .setLevelCompactionDynamicLevelBytes(true)
                .setMaxBackgroundJobs(2)
                .setMaxOpenFiles(MAX_OPEN_FILES)
                .setMaxManifestFileSize(MAX_MANIFEST_BYTES)
                .setKeepLogFileNum(2)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0);
    }
}
