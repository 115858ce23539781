package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When something is told again, in virtual time. */
class NowAndThenTest {

    private long seconds = -1_000;

    @Test
    void itIsTimeOnceInEachIntervalAndNotAtOnce() {
        NowAndThen telling = new NowAndThen(Duration.ofSeconds(2), () -> TimeUnit.SECONDS.toNanos(seconds));
        assertThat(telling.isTime()).isFalse();
        seconds += 2;
        assertThat(telling.isTime()).isTrue();
        assertThat(telling.isTime()).isFalse();
        seconds += 1;
        assertThat(telling.isTime()).isFalse();
        seconds += 1;
        assertThat(telling.isTime()).isTrue();
        seconds += 5;
        telling.begin();
        assertThat(telling.isTime()).as("what begins anew is quick at first").isFalse();
        seconds += 2;
        assertThat(telling.isTime()).isTrue();
    }
}
