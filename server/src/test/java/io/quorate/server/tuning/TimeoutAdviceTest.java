package io.quorate.server.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.ServerConfig;
import java.time.Duration;
import java.util.Optional;
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
        assertThat(advice.timing())
                .contains(new ServerConfig.Timing(Duration.ofMillis(160), Duration.ofMillis(1_600), false));
        assertThat(advice.reason())
                .startsWith("1 of 100 round trips takes 153 ms and 1 of 100 syncs 4 ms")
                .endsWith("; that fixes the timeout, and turns its estimate off (docs/elections.md)");
    }

    @Test
    void slowDisksNeedALongerOneToo() {
        assertThat(electionTimeout(SECOND, 1_000, 250_000)).contains(Duration.ofMillis(2_500));
    }

    @Test
    void noTimeoutIsToldThatMembersWouldRefuse() {
        assertThat(electionTimeout(SECOND, 1_000, 5_000_000)).contains(ServerConfig.MAX_ELECTION_TIMEOUT);
        TimeoutAdvice advice = TimeoutAdvice.of(SECOND, 1_000, 5_000_001).orElseThrow();
        assertThat(advice.timing()).isEmpty();
        assertThat(advice.reason())
                .startsWith("1 of 100 round trips takes 1 ms and 1 of 100 syncs 5000 ms")
                .endsWith(
                        ", and members take 50 s at most: no timeout mends that, the disk or the link that is so slow is"
                                + " at fault");
    }

    private static Optional<Duration> electionTimeout(Duration present, long roundTripMicros, long syncMicros) {
        return TimeoutAdvice.of(present, roundTripMicros, syncMicros)
                .flatMap(TimeoutAdvice::timing)
                .map(ServerConfig.Timing::electionTimeout);
    }
}
