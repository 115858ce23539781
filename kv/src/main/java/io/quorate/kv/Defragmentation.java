package io.quorate.kv;

import org.jspecify.annotations.Nullable;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * Rewrites all files of a RocksDB, so that nothing is left in them that can't be read any more. Thread-safe.
 *
 * <p>Reads and writes go on meanwhile. Whoever wants the database to itself, to replace or to close it, does not wait for the
 * end: the work is broken off then, which leaves the database as good as it was.
 */
final class Defragmentation {

    /** Held by the one that is at work: two at a time would rewrite the same files. */
    private final Object oneAtATime = new Object();

    // ---- Guarded by this.
    private @Nullable CompactRangeOptions running;
    private int wantedByOthers;

    /**
     * Rewrites the files; returns when that is done.
     *
     * @return false if it was broken off
     */
    boolean run(RocksDB db) throws RocksDBException {
        synchronized (oneAtATime) {
            try (CompactRangeOptions options = new CompactRangeOptions()
                    .setBottommostLevelCompaction(BottommostLevelCompaction.kForceOptimized)
                    .setExclusiveManualCompaction(false)
                    .setAllowWriteStall(false)) {
                if (!begin(options)) {
                    return false;
                }
                try {
                    db.compactRange(db.getDefaultColumnFamily(), null, null, options);
                    return true;
                } catch (RocksDBException e) {
                    if (isWanted()) {
                        return false;
                    }
                    throw e;
                } finally {
                    end();
                }
            }
        }
    }

    private synchronized boolean begin(CompactRangeOptions options) {
        if (wantedByOthers > 0) {
            return false;
        }
        running = options;
        return true;
    }

    private synchronized void end() {
        running = null;
    }

    private synchronized boolean isWanted() {
        return wantedByOthers > 0;
    }

    /** Somebody is about to wait for the database to be used by nobody else. */
    synchronized void giveWay() {
        wantedByOthers++;
        if (running != null) {
            running.setCanceled(true);
        }
    }

    /** That one has got it. */
    synchronized void mayGoOn() {
        wantedByOthers--;
    }
}
