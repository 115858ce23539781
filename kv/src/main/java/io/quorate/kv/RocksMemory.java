package io.quorate.kv;

/**
 * How much memory one {@link RocksStore} may use.
 *
 * @param blockCacheBytes for blocks read from disk
 * @param writeBufferBytes for what is not flushed to disk yet; up to twice as much is used while one is being flushed
 */
public record RocksMemory(long blockCacheBytes, long writeBufferBytes) {
    private static final long MIB = 1024 * 1024;

    /** For one of several members in a process. */
    public static RocksMemory small() {
        return new RocksMemory(24 * MIB, 16 * MIB);
    }

    /** For a member that has its process for itself. */
    public static RocksMemory standard() {
        return new RocksMemory(128 * MIB, 32 * MIB);
    }
}
