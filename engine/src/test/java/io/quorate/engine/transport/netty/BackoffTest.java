package io.quorate.engine.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private static final List<Integer> MILLIS = List.of(20, 40, 80, 160, 320, 640, 1_000, 1_000, 1_000);

    private final Backoff backoff = new Backoff(Duration.ofMillis(20), Duration.ofSeconds(1), new SplittableRandom(5));

    @Test
    void theDelayDoublesUpToTheBoundAndIsSpreadOverItsUpperHalf() {
        for (int round = 0; round < 1_000; round++) {
            for (int millis : MILLIS) {
                long full = Duration.ofMillis(millis).toNanos();
                assertThat(backoff.nextDelayNanos()).isBetween(full / 2, full);
            }
            backoff.reset();
        }
    }

    @Test
    void noTwoDelaysAreAlike() {
        assertThat(IntStream.range(0, 100).mapToObj(i -> backoff.nextDelayNanos()))
                .doesNotHaveDuplicates();
    }

    @Test
    void aDelayThatCannotGrowIsRefused() {
        assertThatThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofSeconds(1), new SplittableRandom(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1), new SplittableRandom(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
