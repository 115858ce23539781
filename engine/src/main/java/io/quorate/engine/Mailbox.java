package io.quorate.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * A queue that many threads fill and one executor empties, everything that has queued at a time: what arrives while a
 * batch is handled becomes the next batch. One wake-up for each batch, not for each item.
 */
final class Mailbox<T> {

    private final Executor executor;
    private final Consumer<List<T>> handler;
    private final Runnable emptying = this::handleQueued;
    private final Object lock = new Object();
    private List<T> queued = new ArrayList<>();
    private List<T> handled = new ArrayList<>();

    /** Whether the executor has been asked to empty the queue. Before {@link #open} nobody asks it to. */
    private boolean scheduled = true;

    /** What is added before {@link #open} waits for it. */
    Mailbox(Executor executor, Consumer<List<T>> handler) {
        this.executor = executor;
        this.handler = handler;
    }

    void open() {
        executor.execute(emptying);
    }

    void add(T item) {
        synchronized (lock) {
            queued.add(item);
            if (scheduled) {
                return;
            }
            scheduled = true;
        }
        executor.execute(emptying);
    }

    private void handleQueued() {
        List<T> batch;
        synchronized (lock) {
            batch = queued;
            queued = handled;
            handled = batch;
        }
        try {
            handler.accept(batch);
        } finally {
            batch.clear();
            boolean again;
            synchronized (lock) {
                again = !queued.isEmpty();
                scheduled = again;
            }
            if (again) {
                executor.execute(emptying);
            }
        }
    }
}
