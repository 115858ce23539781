package io.quorate.server.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When an election timeout does not suit the ways and disks that there are. */
class TimeoutAdviceTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void aTimeoutOfTenRoundTripsSuits() {
        assertThat(TimeoutAdvice.of(SECOND, 100_000, 0)).isEmpty();
        assertThat(TimeoutAdvice.of(SECOND, 500, 2_000))
                .as("it is never told to be shortened")
                .isEmpty();
    }

    @Test
    void longerWaysNeedALongerOne() {
        TimeoutAdvice advice = TimeoutAdvice.of(SECOND, 153_000, 4_000).orElseThrow();
        assertThat(advice.electionTimeout()).isEqualTo(Duration.ofMillis(1_600));
        assertThat(advice.heartbeatInterval()).isEqualTo(Duration.ofMillis(160));
        assertThat(advice.reason()).startsWith("1 of 100 round trips takes 153 ms and 1 of 100 syncs 4 ms");
    }

    @Test
    void slowDisksNeedALongerOneToo() {
        assertThat(TimeoutAdvice.of(SECOND, 1_000, 250_000).orElseThrow().electionTimeout())
                .isEqualTo(Duration.ofMillis(2_500));
    }
}
