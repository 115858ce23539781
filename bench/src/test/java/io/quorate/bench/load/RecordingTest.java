package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RecordingTest {

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final Failure LOST = new Failure(Failure.Outcome.UNKNOWN, "lost");

    /** Its time began a second ago, and ends in an hour. */
    private final long begin = System.nanoTime() - TimeUnit.SECONDS.toNanos(1);

    private final Recording recording =
            new Recording(List.of(RequestKind.READ, RequestKind.UPDATE), begin, begin + TimeUnit.HOURS.toNanos(1));

    private Tally tally(RequestKind kind) {
        return recording.tallies().stream()
                .filter(tally -> tally.name().equals(kind.text()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void latenciesOfAllStretchesAreMerged() {
        for (int i = 1; i <= 100; i++) {
            recording.ended(RequestKind.READ, begin, i * MILLI, Optional.empty());
            if (i % 30 == 0) {
                recording.endSecond(System.nanoTime());
            }
        }

        Tally reads = tally(RequestKind.READ);
        assertThat(reads.latencies().getTotalCount()).isEqualTo(100);
        assertThat(reads.latencies().getValueAtPercentile(50) / (double) MILLI).isBetween(49.9, 50.1);
        assertThat(reads.latencies().getMaxValue() / (double) MILLI).isBetween(99.9, 100.1);
        assertThat(recording.seconds()).hasSize(3);
        assertThat(recording.seconds().get(1).p50Micros().orElseThrow()).isBetween(44_900.0, 45_100.0);
    }

    @Test
    void aSecondInWhichNothingEndedHasNoLatency() {
        Second second = recording.endSecond(System.nanoTime());

        assertThat(second.opsPerSecond()).isZero();
        assertThat(second.p50Micros()).isEmpty();
        assertThat(second.p99Micros()).isEmpty();
    }

    @Test
    void kindsAreToldApartAndSummedUp() {
        recording.ended(RequestKind.READ, begin, MILLI, Optional.empty());
        recording.ended(RequestKind.UPDATE, begin, 3 * MILLI, Optional.empty());
        recording.ended(RequestKind.UPDATE, begin, 3 * MILLI, Optional.of(LOST));

        assertThat(tally(RequestKind.READ).failed()).isZero();
        assertThat(tally(RequestKind.UPDATE).failed(Failure.Outcome.UNKNOWN)).isEqualTo(1);
        Tally all = Tally.sum("all", recording.tallies());
        assertThat(all.completed()).isEqualTo(2);
        assertThat(all.latencies().getTotalCount()).isEqualTo(2);
        assertThat(all.failures()).containsEntry(LOST, 1L);
    }

    @Test
    void whatBeganInTheWarmUpCountsForThroughputAlone() {
        recording.ended(RequestKind.READ, begin - 1, MILLI, Optional.empty());
        recording.ended(RequestKind.READ, begin - 1, MILLI, Optional.of(LOST));

        Tally reads = tally(RequestKind.READ);
        assertThat(reads.completed()).isEqualTo(1);
        assertThat(reads.latencies().getTotalCount()).isZero();
        assertThat(reads.failed()).isZero();
    }

    @Test
    void whatEndsAfterwardsCountsForLatencyAlone() {
        long ended = System.nanoTime() - TimeUnit.MINUTES.toNanos(1);
        Recording over = new Recording(List.of(RequestKind.GET), ended - TimeUnit.SECONDS.toNanos(1), ended);

        over.ended(RequestKind.GET, ended - 1, MILLI, Optional.empty());

        Tally gets = over.tallies().getFirst();
        assertThat(gets.completed()).isZero();
        assertThat(gets.latencies().getTotalCount()).isEqualTo(1);
    }

    @Test
    void reasonsThatNeverEndAreCountedTogether() {
        for (int i = 0; i < 1000; i++) {
            recording.ended(
                    RequestKind.READ,
                    begin,
                    MILLI,
                    Optional.of(new Failure(Failure.Outcome.REFUSED, "key " + i + " is odd")));
        }

        Tally reads = tally(RequestKind.READ);
        assertThat(reads.failed()).isEqualTo(1000);
        assertThat(reads.failures()).hasSizeLessThan(60);
    }

    @Test
    void aKindThatTheWorkloadHasNotIsAnError() {
        assertThatThrownBy(() -> recording.ended(RequestKind.TXN, begin, MILLI, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
