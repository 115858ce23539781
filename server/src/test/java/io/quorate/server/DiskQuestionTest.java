package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A disk that hangs is not waited for, and several questions wait at the same time. */
class DiskQuestionTest {

    private static final Duration AGES = Duration.ofHours(1);

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @Timeout(60)
    void allAreUnderWayBeforeOneIsWaitedFor() {
        CountDownLatch secondAsked = new CountDownLatch(1);
        DiskQuestion<String> first = DiskQuestion.ask(
                () -> {
                    await(secondAsked);
                    return Optional.of("first");
                },
                AGES);
        DiskQuestion<String> second = DiskQuestion.ask(
                () -> {
                    secondAsked.countDown();
                    return Optional.of("second");
                },
                AGES);
        assertThat(first.answer()).contains("first");
        assertThat(second.answer()).contains("second");
    }

    @Test
    @Timeout(60)
    void aDiskThatHangsHasNoAnswer() {
        CountDownLatch never = new CountDownLatch(1);
        DiskQuestion<String> hanging = DiskQuestion.ask(
                () -> {
                    await(never);
                    return Optional.of("late");
                },
                Duration.ofMillis(1));
        assertThat(hanging.answer()).isEmpty();
        never.countDown();
    }

    @Test
    void aQuestionThatFailsIsNotTakenForADiskThatHangs() {
        DiskQuestion<String> failing = DiskQuestion.ask(
                () -> {
                    throw new IllegalStateException("why");
                },
                AGES);
        assertThatThrownBy(failing::answer).hasRootCauseMessage("why");
    }
}
