package io.quorate.bench.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DurationHistogramTest {

    private static final double INFINITE = Double.POSITIVE_INFINITY;

    private static DurationHistogram of(double belowMilli, double belowTen, double all, double sumSeconds) {
        return new DurationHistogram(
                new TreeMap<>(Map.of(0.001, belowMilli, 0.01, belowTen, INFINITE, all)), sumSeconds);
    }

    @Test
    void percentilesLieWithinTheirClassAsIfItWereFilledEvenly() {
        DurationHistogram histogram = of(50, 100, 100, 0.3);
        assertThat(histogram.percentileMicros(25)).hasValueCloseTo(500.0, within(1e-6));
        assertThat(histogram.percentileMicros(50)).hasValueCloseTo(1000.0, within(1e-6));
        assertThat(histogram.percentileMicros(75)).hasValueCloseTo(5500.0, within(1e-6));
        assertThat(histogram.percentileMicros(100)).hasValueCloseTo(10_000.0, within(1e-6));
        assertThat(histogram.meanMicros()).hasValueCloseTo(3000.0, within(1e-6));
    }

    @Test
    void whatIsBeyondTheLastBoundIsToldAsThatBound() {
        assertThat(of(0, 1, 100, 99).percentileMicros(99)).hasValueCloseTo(10_000.0, within(1e-6));
    }

    @Test
    void ofNothingNothingIsTold() {
        assertThat(DurationHistogram.EMPTY.percentileMicros(50)).isEmpty();
        assertThat(of(0, 0, 0, 0).percentileMicros(50)).isEmpty();
        assertThat(of(0, 0, 0, 0).meanMicros()).isEmpty();
    }

    @Test
    void theDifferenceIsWhatWasAddedSince() {
        assertThat(of(5, 8, 9, 2.5).since(of(1, 3, 3, 0.5))).contains(of(4, 5, 6, 2));
        assertThat(of(5, 8, 9, 2.5).since(DurationHistogram.EMPTY)).contains(of(5, 8, 9, 2.5));
    }

    @Test
    void thereIsNoDifferenceToWhatIsNotItsPast() {
        assertThat(of(5, 8, 9, 2.5).since(of(6, 8, 9, 2.5))).isEmpty();
        DurationHistogram others = new DurationHistogram(new TreeMap<>(Map.of(0.5, 1.0, INFINITE, 1.0)), 0.1);
        assertThat(of(5, 8, 9, 2.5).since(others)).isEmpty();
        assertThat(of(5, 8, 9, 2.5).plus(others)).isEmpty();
    }

    @Test
    void histogramsAddUp() {
        assertThat(of(1, 2, 3, 4).plus(of(5, 6, 7, 8))).contains(of(6, 8, 10, 12));
        assertThat(of(1, 2, 3, 4).plus(DurationHistogram.EMPTY)).contains(of(1, 2, 3, 4));
        assertThat(DurationHistogram.EMPTY.plus(of(1, 2, 3, 4))).contains(of(1, 2, 3, 4));
    }
}
