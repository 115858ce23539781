package io.quorate.server.store;

import io.quorate.kv.MvccStore;
import io.quorate.kv.RevisionEvents;
import io.quorate.kv.WatchHub;
import io.quorate.kv.WatchRequest;
import io.quorate.kv.Watcher;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Brings what is applied to the watchers, on threads of its own: one that hands it out, and some that read for those who
 * watch. So neither many watchers nor slow ones keep anything from being applied. Thread-safe.
 */
public final class WatchDelivery implements AutoCloseable {

    private static final long REST_SECONDS = 10;

    private final WatchHub hub;
    private final ExecutorService delivery;
    private final ExecutorService readers;
    private final AtomicBoolean queued = new AtomicBoolean();

    /** Watchers of a store; {@code name} is the member's, for the threads. */
    public WatchDelivery(MvccStore store, String name) {
        this.hub = new WatchHub(store, WatchHub.Limits.DEFAULT);
        this.delivery = Executors.newSingleThreadExecutor(
                task -> Thread.ofPlatform().daemon().name(name + "-watch").unstarted(task));
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 8);
        this.readers = Executors.newFixedThreadPool(
                threads,
                task -> Thread.ofPlatform().daemon().name(name + "-watch-read").unstarted(task));
    }

    /** A batch was applied; called by whoever applies. */
    void applied(List<RevisionEvents> changes) {
        if (changes.isEmpty()) {
            return;
        }
        hub.applied(changes);
        if (hub.size() == 0) {
            hub.deliver();
        } else if (queued.compareAndSet(false, true)) {
            delivery.execute(() -> {
                queued.set(false);
                hub.deliver();
            });
        }
    }

    /** A snapshot has replaced the content; called by whoever applies. */
    void restored(MvccStore store) {
        hub.restored(store);
    }

    /** As {@link WatchHub#watch}. */
    public Watcher watch(WatchRequest request, Runnable onReady) {
        return hub.watch(request, onReady);
    }

    /** How many watchers there are. */
    public int size() {
        return hub.size();
    }

    /** Where watchers are to be read. */
    public Executor readers() {
        return readers;
    }

    @Override
    public void close() throws IOException {
        try {
            for (ExecutorService executor : List.of(delivery, readers)) {
                executor.shutdown();
                if (!executor.awaitTermination(REST_SECONDS, TimeUnit.SECONDS)) {
                    throw new IOException("a watcher was still being read after " + REST_SECONDS + " s");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
