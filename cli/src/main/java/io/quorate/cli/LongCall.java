package io.quorate.cli;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Does what blocks for an unknown time, on a thread of its own, while whoever waits for it tells now and then how long that has taken. So
 * all that is told comes from one thread.
 */
final class LongCall {

    private LongCall() {}

    /**
     * Waits for the call to end. An interrupt is handed on to it, and stands afterwards.
     *
     * @param interval between two tellings
     * @param tell is told how long it has taken
     * @return what the call returns; what it throws is thrown
     */
    static <T> T await(Supplier<T> call, Duration interval, Consumer<Duration> tell) {
        FutureTask<T> task = new FutureTask<>(call::get);
        Thread caller = Thread.ofVirtual().name("long-call").start(task);
        long beginNanos = System.nanoTime();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get(interval.toMillis(), TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    tell.accept(Duration.ofNanos(System.nanoTime() - beginNanos));
                } catch (InterruptedException e) {
                    interrupted = true;
                    caller.interrupt();
                }
            }
        } catch (ExecutionException e) {
            throw unchecked(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A supplier throws nothing else. */
    private static RuntimeException unchecked(ExecutionException failure) {
        return switch (failure.getCause()) {
            case RuntimeException thrown -> thrown;
            case Error thrown -> throw thrown;
            case null, default -> new IllegalStateException(failure);
        };
    }
}
