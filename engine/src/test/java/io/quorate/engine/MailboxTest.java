package io.quorate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MailboxTest {

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<List<String>> batches = new ArrayList<>();
    private final Mailbox<String> mailbox = new Mailbox<>(tasks::add, batch -> batches.add(List.copyOf(batch)));

    @BeforeEach
    void open() {
        mailbox.open();
        tasks.remove().run();
        batches.clear();
    }

    @Test
    void whatIsAddedBeforeTheOpeningWaitsForIt() {
        Mailbox<String> closed = new Mailbox<>(tasks::add, batch -> batches.add(List.copyOf(batch)));
        closed.add("a");
        assertThat(tasks).isEmpty();
        closed.open();
        tasks.remove().run();
        assertThat(batches).containsExactly(List.of("a"));
    }

    @Test
    void whatHasQueuedIsHandledAsOneBatchWithOneWakeUp() {
        mailbox.add("a");
        mailbox.add("b");
        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(batches).containsExactly(List.of("a", "b"));
        assertThat(tasks).isEmpty();
    }

    @Test
    void whatArrivesWhileABatchIsHandledBecomesTheNext() {
        Mailbox<String> feeding = new Mailbox<>(tasks::add, batch -> batches.add(List.copyOf(batch)));
        feeding.add("a");
        feeding.open();
        Runnable handling = tasks.remove();
        handling.run();
        feeding.add("b");
        tasks.remove().run();
        assertThat(batches).containsExactly(List.of("a"), List.of("b"));
    }

    @Test
    void aBatchThatFailsDoesNotStopTheNext() {
        List<String> handled = new ArrayList<>();
        Mailbox<String> failing = new Mailbox<>(tasks::add, batch -> {
            if (batch.contains("bad")) {
                throw new IllegalStateException("bad");
            }
            handled.addAll(batch);
        });
        failing.add("bad");
        failing.open();
        Runnable task = tasks.remove();
        org.assertj.core.api.Assertions.assertThatIllegalStateException().isThrownBy(task::run);
        failing.add("good");
        tasks.remove().run();
        assertThat(handled).containsExactly("good");
    }

    @Test
    void nothingIsLostOrDoubledBetweenManyThreads() throws InterruptedException {
        List<Integer> handled = new ArrayList<>();
        try (ExecutorService one = Executors.newSingleThreadExecutor();
                ExecutorService many = Executors.newFixedThreadPool(4)) {
            Mailbox<Integer> shared = new Mailbox<>(one, handled::addAll);
            shared.open();
            for (int i = 0; i < 20_000; i++) {
                int item = i;
                many.execute(() -> shared.add(item));
            }
            many.shutdown();
            assertThat(many.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
            one.execute(() -> {});
        }
        assertThat(handled)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 20_000).boxed().toList());
    }
}
