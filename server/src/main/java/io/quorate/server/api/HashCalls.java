package io.quorate.server.api;

import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Reads the whole store through for clients that want its checksum: for one at a time, on a thread of its own, so that nothing
 * that the member does for itself waits behind them. Thread-safe.
 */
public final class HashCalls implements AutoCloseable {

    /** More are refused: each may take as long as the store is large. */
    static final int MAX_WAITING = 4;

    private static final long REST_SECONDS = 10;

    /** A question that waits for its turn, or is being answered. */
    private record Call<T>(Supplier<T> question, CompletableFuture<T> answer) implements Runnable {

        @Override
        public void run() {
            try {
                answer.complete(question.get());
            } catch (RuntimeException | Error e) {
                answer.completeExceptionally(e);
            }
        }

        /** Its turn never comes. */
        void drop() {
            answer.completeExceptionally(EtcdError.STOPPED.exception());
        }
    }

    private final ThreadPoolExecutor executor;

    /** @param name the member's, for the thread */
    public HashCalls(String name) {
        this.executor = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MAX_WAITING),
                task -> Thread.ofPlatform().daemon().name(name + "-hash").unstarted(task));
    }

    /**
     * Asks, when it is its turn.
     *
     * @param gone completed if the client does not wait any more: if its turn has not come by then, it never does
     * @throws java.util.concurrent.RejectedExecutionException if too many wait
     */
    <T> CompletableFuture<T> ask(CompletableFuture<Void> gone, Supplier<T> question) {
        Call<T> call = new Call<>(question, new CompletableFuture<>());
        executor.execute(call);
        var unused = gone.thenRun(() -> {
            if (executor.remove(call)) {
                call.drop();
            }
        });
        return call.answer;
    }

    /** Refuses what waits, and waits until nothing of the member is used any more. */
    @Override
    public void close() throws IOException {
        executor.shutdownNow().forEach(waiting -> ((Call<?>) waiting).drop());
        boolean ended = false;
        try {
            ended = executor.awaitTermination(REST_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            throw new IOException("a checksum of the store was not through within " + REST_SECONDS + " s");
        }
    }
}
