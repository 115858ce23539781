package io.quorate.server.grey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How measured times become a score. */
class GreyScoreTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private static double score(Part part, long micros) {
        return GreyScore.of(Map.of(part, micros), SECOND).value();
    }

    @Test
    void upToTheOneBoundAPartIsFineAndFromTheOtherOnItFails() {
        Map<Part, Part.Bounds> bounds = Map.of(
                Part.SYNC, new Part.Bounds(10_000, 250_000),
                Part.PAUSE, new Part.Bounds(100_000, 500_000),
                Part.APPLY, new Part.Bounds(200_000, 5_000_000),
                Part.NETWORK, new Part.Bounds(20_000, 500_000));
        assertThat(bounds).containsOnlyKeys(Part.values());
        bounds.forEach((part, its) -> {
            assertThat(score(part, its.fineMicros())).as("%s", part).isZero();
            assertThat(score(part, its.fineMicros() * 11 / 10)).as("%s", part).isPositive();
            assertThat(score(part, its.failingMicros() * 9 / 10)).as("%s", part).isLessThan(1);
            assertThat(score(part, its.failingMicros())).as("%s", part).isEqualTo(1);
            assertThat(score(part, Long.MAX_VALUE)).as("%s", part).isEqualTo(1);
        });
    }

    /** The bounds that go with the election timeout do, and that of the disk does not. */
    @Test
    void whatTheNetworkIsLikeTheElectionTimeoutSays() {
        Map<Part, Long> micros = Map.of(Part.NETWORK, 200_000L, Part.PAUSE, 200_000L, Part.APPLY, 1_000_000L);
        assertThat(GreyScore.of(micros, SECOND).value()).isPositive();
        assertThat(GreyScore.of(micros, SECOND.multipliedBy(10)).value()).isZero();
        assertThat(GreyScore.of(Map.of(Part.SYNC, 50_000L), SECOND).value())
                .isEqualTo(GreyScore.of(Map.of(Part.SYNC, 50_000L), SECOND.multipliedBy(10))
                        .value())
                .isCloseTo(0.5, within(0.001));
    }

    @Test
    void twiceAsSlowIsAsMuchWorseWhereverItBegins() {
        double step = score(Part.SYNC, 40_000) - score(Part.SYNC, 20_000);
        assertThat(score(Part.SYNC, 160_000) - score(Part.SYNC, 80_000)).isCloseTo(step, within(0.001));
    }

    @Test
    void theWorstPartDecidesAndIsNamedFirst() {
        GreyScore score = GreyScore.of(Map.of(Part.SYNC, 250_000L, Part.NETWORK, 100_000L, Part.PAUSE, 3L), SECOND);
        assertThat(score.value()).isEqualTo(1);
        assertThat(score.reasons())
                .isEqualTo("1 of 100 syncs of its log takes 250 ms (fine up to 10.0 ms, failing from 250 ms);"
                        + " a majority answers it after 100 ms (fine up to 20.0 ms, failing from 500 ms)");
        assertThat(score.readings()).extracting(Reading::part).containsExactly(Part.SYNC, Part.NETWORK, Part.PAUSE);
    }

    @Test
    void whatIsNotMeasuredCountsForNothing() {
        assertThat(GreyScore.UNKNOWN.value()).isZero();
        assertThat(GreyScore.UNKNOWN.reasons()).isEmpty();
        for (Part part : Part.values()) {
            assertThat(Part.called(part.word())).contains(part);
        }
        assertThat(Part.called("of another release")).isEmpty();
    }
}
