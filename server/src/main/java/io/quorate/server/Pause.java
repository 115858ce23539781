package io.quorate.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * What is to be done after a while is done on a virtual thread of its own: the JVM's common pool, which {@link CompletableFuture} uses unless
 * it is told otherwise, has one thread on two processors, and may be blocked by whoever else lives in the process.
 */
final class Pause {

    private Pause() {}

    /** Runs each task so long after it has got it. */
    static Executor of(long millis) {
        return CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, task -> {
            var unused = Thread.ofVirtual().name("quorate-later").start(task);
        });
    }
}
