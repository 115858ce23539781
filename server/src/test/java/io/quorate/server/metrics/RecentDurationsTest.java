package io.quorate.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.metrics.RecentDurations.Summary;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of the durations of the last minute, in virtual time. */
class RecentDurationsTest {

    private long now = -3;
    private final RecentDurations durations = new RecentDurations(() -> now);

    private void add(long micros) {
        durations.add(TimeUnit.MICROSECONDS.toNanos(micros));
    }

    @Test
    void withoutAnyNothingIsTold() {
        assertThat(durations.summary()).isEmpty();
    }

    @Test
    void shortOnesAreExact() {
        for (int i = 1; i <= 10; i++) {
            add(i);
        }
        assertThat(durations.summary()).contains(new Summary(10, 5, 10, 10));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 15, 16, 17, 31, 32, 33, 1_000, 123_456, 5_000_000, Long.MAX_VALUE / 2_000})
    void whatIsToldIsAtMostASixteenthTooHigh(long micros) {
        add(micros);
        long told = durations.summary().orElseThrow().p50Micros();
        assertThat(told).isBetween(micros, micros + micros / 16);
    }

    @Test
    void onePercentMayBeLonger() {
        for (int i = 0; i < 990; i++) {
            add(10);
        }
        for (int i = 0; i < 10; i++) {
            add(15);
        }
        assertThat(durations.summary()).contains(new Summary(1_000, 10, 10, 15));
        add(15);
        assertThat(durations.summary().orElseThrow().p99Micros()).isEqualTo(15);
    }

    @Test
    void whatIsOlderThanAMinuteIsForgotten() {
        add(5);
        now += TimeUnit.SECONDS.toNanos(59);
        add(7);
        assertThat(durations.summary()).contains(new Summary(2, 5, 7, 7));
        now += TimeUnit.SECONDS.toNanos(30);
        assertThat(durations.summary()).contains(new Summary(1, 7, 7, 7));
        now += TimeUnit.HOURS.toNanos(1);
        assertThat(durations.summary()).isEmpty();
        add(9);
        assertThat(durations.summary()).contains(new Summary(1, 9, 9, 9));
    }
}
