package io.quorate.server;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A question to a disk that may hang, and then does not answer: whoever asks must not wait for it for long. Its time begins when it is asked, so
 * that several which are asked one after the other, and waited for then, have the same time. Thread-safe.
 */
final class DiskQuestion<T> {

    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final CompletableFuture<Optional<T>> answer;

    private DiskQuestion(CompletableFuture<Optional<T>> answer) {
        this.answer = answer;
    }

    /** Begins to ask, on a thread of its own. */
    static <T> DiskQuestion<T> ask(Supplier<Optional<T>> question) {
        return ask(question, PATIENCE);
    }

    static <T> DiskQuestion<T> ask(Supplier<Optional<T>> question, Duration patience) {
        return new DiskQuestion<>(CompletableFuture.supplyAsync(
                        question,
                        task -> Thread.ofVirtual().name("quorate-disk-question").start(task))
                .completeOnTimeout(Optional.empty(), patience.toMillis(), TimeUnit.MILLISECONDS));
    }

    /**
     * Waits for the answer; empty if there is none in time.
     *
     * @throws java.util.concurrent.CompletionException if the question failed, which is no disk that hangs
     */
    Optional<T> answer() {
        return answer.join();
    }
}
