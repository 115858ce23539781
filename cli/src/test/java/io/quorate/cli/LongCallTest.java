package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What blocks, and who waits for it. */
@Timeout(30)
class LongCallTest {

    private static final Duration SHORT = Duration.ofMillis(1);

    @Test
    void howLongItTakesIsToldUntilItIsOver() {
        CountDownLatch toldThreeTimes = new CountDownLatch(3);
        List<Duration> told = new ArrayList<>();
        String answer = LongCall.await(() -> await(toldThreeTimes), SHORT, took -> {
            told.add(took);
            toldThreeTimes.countDown();
        });
        assertThat(answer).isEqualTo("over");
        assertThat(told).hasSizeGreaterThanOrEqualTo(3).isSorted().allMatch(Duration::isPositive);
    }

    @Test
    void whatFailsThrowsWhatItThrew() {
        CommandFailed why = new CommandFailed(ExitCode.UNKNOWN_OUTCOME, "nobody knows");
        assertThatThrownBy(() -> LongCall.await(
                        () -> {
                            throw why;
                        },
                        SHORT,
                        took -> {}))
                .isSameAs(why);
    }

    @Test
    void anInterruptEndsTheCallAndStands() {
        Thread.currentThread().interrupt();
        assertThat(LongCall.await(() -> await(new CountDownLatch(1)), SHORT, took -> {}))
                .isEqualTo("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    private static String await(CountDownLatch latch) {
        try {
            latch.await();
            return "over";
        } catch (InterruptedException e) {
            return "interrupted";
        }
    }
}
