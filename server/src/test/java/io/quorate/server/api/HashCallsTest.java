package io.quorate.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that read the whole store wait for each other, not too many of them, and not after their clients have gone. */
@Timeout(30)
class HashCallsTest {

    @Test
    void oneIsAtWorkFewWaitAndWhoHasGoneMakesRoom() throws Exception {
        CompletableFuture<Void> never = new CompletableFuture<>();
        CompletableFuture<Void> goes = new CompletableFuture<>();
        CompletableFuture<Void> working = new CompletableFuture<>();
        CompletableFuture<String> result = new CompletableFuture<>();
        try (HashCalls calls = new HashCalls("test")) {
            CompletableFuture<String> first = calls.ask(never, () -> {
                working.complete(null);
                return result.join();
            });
            working.join();
            CompletableFuture<String> abandoned = calls.ask(goes, () -> {
                throw new AssertionError("nobody waits for this");
            });
            List<CompletableFuture<String>> waiting = new ArrayList<>();
            for (int i = 1; i < HashCalls.MAX_WAITING; i++) {
                waiting.add(calls.ask(never, () -> "later"));
            }
            assertThatThrownBy(() -> calls.ask(never, () -> "too many")).isInstanceOf(RejectedExecutionException.class);

            goes.complete(null);
            assertThat(abandoned).isCompletedExceptionally();
            waiting.add(calls.ask(never, () -> "later"));
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
            result.complete("first");
            assertThat(first.get()).isEqualTo("first");
            for (CompletableFuture<String> one : waiting) {
                assertThat(one.get()).isEqualTo("later");
            }
        }
    }

    @Test
    void whatWaitsWhenTheMemberStopsIsToldSo() throws Exception {
        CompletableFuture<Void> never = new CompletableFuture<>();
        CompletableFuture<Void> working = new CompletableFuture<>();
        CompletableFuture<String> waiting;
        try (HashCalls calls = new HashCalls("test")) {
            CompletableFuture<String> result = new CompletableFuture<>();
            var first = calls.ask(never, () -> {
                working.complete(null);
                return result.join();
            });
            working.join();
            waiting = calls.ask(never, () -> "later");
            var unused = waiting.whenComplete((answer, failure) -> result.complete("first"));
            assertThat(first).isNotDone();
        }
        assertThatThrownBy(waiting::get).hasMessageContaining("etcdserver: server stopped");
    }
}
