package io.quorate.server.store;

import io.quorate.kv.MvccStore;
import io.quorate.kv.SealProgress;
import io.quorate.kv.StoreException;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals, in a thread of its own and at leisure, what a store holds that is not sealed as it should be: it works a fifth of the time. Does
 * nothing for a store that seals nothing. Thread-safe.
 */
final class SealKeeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SealKeeper.class);

    /** For each moment of work so many of rest. */
    private static final int RESTS = 4;

    private static final long MIN_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long RETRY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final MvccStore store;
    private final Optional<Thread> thread;

    /** Has a permit whenever there may be something to do. */
    private final Semaphore called = new Semaphore(1);

    private volatile Consumer<StoreException> damage = failure -> {};
    private volatile boolean closed;

    private SealKeeper(MvccStore store) {
        this.store = store;
        this.thread = store.sealProgress()
                .map(progress ->
                        Thread.ofPlatform().daemon().name("store-sealing").unstarted(this::keep));
    }

    static SealKeeper start(MvccStore store) {
        SealKeeper keeper = new SealKeeper(store);
        keeper.thread.ifPresent(Thread::start);
        return keeper;
    }

    /** Has damage told that it meets from now on. */
    void tell(Consumer<StoreException> listener) {
        damage = listener;
    }

    /** The store is another one. */
    void lookAgain() {
        called.release();
    }

    private void keep() {
        try {
            while (!closed) {
                called.acquire();
                sealAllOrTellWhyNot();
            }
        } catch (InterruptedException e) {
            LOG.debug("the member stops; what is left is sealed after its next start", e);
        }
    }

    /** A disk that has no room for now, or a record that is mended later, must not end it. */
    private void sealAllOrTellWhyNot() throws InterruptedException {
        try {
            sealAll();
        } catch (StoreException | IllegalStateException e) {
            if (!closed) {
                LOG.error("sealing the store's values failed, and is tried again in a while: {}", e.getMessage(), e);
                if (e instanceof StoreException failure && failure.isDamage()) {
                    damage.accept(failure);
                }
                TimeUnit.NANOSECONDS.sleep(RETRY_NANOS);
                called.release();
            }
        }
    }

    private void sealAll() throws InterruptedException {
        Optional<SealProgress> before = store.sealProgress();
        boolean worked = false;
        while (!closed && step()) {
            worked = true;
        }
        if (worked && !closed) {
            LOG.info(
                    "all values in the store are sealed with data keys of the master key {}",
                    before.map(SealProgress::masterKeyId).orElse(""));
        }
    }

    private boolean step() throws InterruptedException {
        long begin = System.nanoTime();
        boolean more = store.sealSome();
        if (more) {
            TimeUnit.NANOSECONDS.sleep(Math.max(MIN_REST_NANOS, RESTS * (System.nanoTime() - begin)));
        }
        return more;
    }

    /** Does not wait for it: what it has begun is as good as any end. */
    @Override
    public void close() {
        closed = true;
        thread.ifPresent(Thread::interrupt);
    }
}
