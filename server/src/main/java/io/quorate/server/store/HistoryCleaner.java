package io.quorate.server.store;

import io.quorate.kv.MvccStore;
import io.quorate.kv.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes the history that compactions gave up, piece by piece, beside everything else. Thread-safe. */
public final class HistoryCleaner {

    private static final Logger LOG = LoggerFactory.getLogger(HistoryCleaner.class);

    private final MvccStore store;
    private final Executor executor;
    private volatile boolean stopped;

    /** @param executor runs the removal; one task at a time is enough */
    public HistoryCleaner(MvccStore store, Executor executor) {
        this.store = store;
        this.executor = executor;
    }

    /** Completes once everything is removed that was given up before this call. */
    public CompletableFuture<Void> clean() {
        return CompletableFuture.runAsync(this::removeAll, executor);
    }

    /** Begins to remove what was given up; nobody waits for it. */
    void begin() {
        try {
            executor.execute(this::removeAll);
        } catch (RejectedExecutionException e) {
            LOG.debug("the member stops; what is left of the history is removed after its next start", e);
        }
    }

    /** Removes everything that was given up; on the calling thread. */
    void removeAll() {
        try {
            boolean more = true;
            while (more && !stopped) {
                more = store.removeCompacted();
            }
        } catch (StoreException e) {
            LOG.error("removing compacted history failed: {}", e.getMessage(), e);
            throw e;
        }
    }

    /** Ends the removal soon; the rest is removed after the next start. */
    void stop() {
        stopped = true;
    }
}
