package io.quorate.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quorate.engine.WritePhase;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a member can tell of its clients' writes without being scraped. */
class WriteTotalsTest {

    private final MemberMetrics metrics =
            new MemberMetrics(new MemberIdentity(1, "3.4.23", "3.4.0", 0), Optional::empty);

    private void write(long millis, long replicateMillis) {
        metrics.writePhase(WritePhase.REPLICATE, TimeUnit.MILLISECONDS.toNanos(replicateMillis));
        metrics.writeAnswered(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    @Test
    void whatLiesBetweenTwoMomentsIsTold() {
        write(900, 800);
        WriteTotals before = metrics.writes();
        for (int i = 0; i < 99; i++) {
            write(4, 3);
        }
        write(60, 13);
        WriteTotals added = metrics.writes().since(before);
        assertThat(added.count()).isEqualTo(100);
        assertThat(added.meanMicros()).isCloseTo(4_560, within(1e-3));
        assertThat(added.replicateMeanMicros()).isCloseTo(3_100, within(1e-3));
        assertThat(added.p99Micros()).as("the end of the class from 3 to 5 ms").isCloseTo(5_000, within(1e-3));
    }

    @Test
    void whereNothingWasWrittenAllIsZero() {
        WriteTotals nothing = metrics.writes();
        assertThat(nothing.count()).isZero();
        assertThat(nothing.meanMicros() + nothing.p99Micros() + nothing.replicateMeanMicros())
                .isZero();
        assertThat(nothing.since(metrics.writes()).p99Micros()).isZero();
    }

    @Test
    void whatIsBeyondAllClassesIsToldAsTheLastBound() {
        write(60_000, 1);
        assertThat(metrics.writes().p99Micros()).isCloseTo(10_000_000, within(1e-3));
    }
}
