package io.quorate.server.store;

import io.quorate.kv.MvccStore;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Gives the disk back what a store does not need any more, one time after the other. Thread-safe.
 *
 * <p>However many ask for it, at most one is at work and one waits: who asks while one waits gets the same one.
 */
public final class Defragmenter {

    private final MvccStore store;
    private final HistoryCleaner cleaner;
    private final Executor executor;
    private Optional<CompletableFuture<Boolean>> waiting = Optional.empty();

    /** @param executor runs it; one task at a time is enough */
    public Defragmenter(MvccStore store, HistoryCleaner cleaner, Executor executor) {
        this.store = store;
        this.cleaner = cleaner;
        this.executor = executor;
    }

    /** Completes when it is done: with false if it was broken off, since the store is replaced or closed. */
    public synchronized CompletableFuture<Boolean> defragment() {
        if (waiting.isEmpty()) {
            waiting = Optional.of(CompletableFuture.supplyAsync(this::run, executor));
        }
        return waiting.get().copy();
    }

    private boolean run() {
        synchronized (this) {
            waiting = Optional.empty();
        }
        // What compactions gave up is removed first: only then can its room be given back.
        cleaner.removeAll();
        return store.defragment();
    }
}
