package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Backups in virtual time. */
class BackupScheduleTest {

    private static final Duration HOUR = Duration.ofHours(1);

    /** Time that passes only where somebody sleeps or works; ends by an interruption at a time. */
    private static final class VirtualPace implements BackupSchedule.Pace {

        /** Anything: it says nothing about the time of day, and may be less than 0. */
        private static final long ORIGIN = Long.MIN_VALUE / 2;

        private final Duration end;
        private long now = ORIGIN;

        VirtualPace(Duration end) {
            this.end = end;
        }

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            assertThat(duration).isPositive();
            now += duration.toNanos();
            if (sinceBegin().compareTo(end) > 0) {
                throw new InterruptedException();
            }
        }

        void work(Duration duration) {
            now += duration.toNanos();
        }

        Duration sinceBegin() {
            return Duration.ofNanos(now - ORIGIN);
        }
    }

    /** What one backup takes, and whether it is good; the last is repeated. */
    private record Attempt(Duration takes, boolean good) {}

    private final List<Long> begunAtSeconds = new ArrayList<>();
    private final List<Long> toldSeconds = new ArrayList<>();

    private void run(Duration every, Duration end, Attempt... attempts) {
        VirtualPace pace = new VirtualPace(end);
        BackupSchedule schedule = new BackupSchedule(every, pace);
        assertThatThrownBy(() -> schedule.follow(
                        () -> {
                            Attempt attempt = attempts[Math.min(begunAtSeconds.size(), attempts.length - 1)];
                            begunAtSeconds.add(pace.sinceBegin().toSeconds());
                            pace.work(attempt.takes());
                            return attempt.good();
                        },
                        pause -> toldSeconds.add(pause.toSeconds())))
                .isInstanceOf(InterruptedException.class);
    }

    @Test
    void theFirstIsMadeAtOnceAndTheOthersAtTheIntervalHoweverLongEachTakes() {
        run(
                HOUR,
                HOUR.multipliedBy(3),
                new Attempt(Duration.ofMinutes(7), true),
                new Attempt(Duration.ofMinutes(50), true));
        assertThat(begunAtSeconds).containsExactly(0L, 3600L, 7200L, 10800L);
        assertThat(toldSeconds).isEmpty();
    }

    @Test
    void whatIsMissedIsNotMadeUpFor() {
        run(HOUR, HOUR.multipliedBy(4), new Attempt(Duration.ofMinutes(150), true), new Attempt(Duration.ZERO, true));
        assertThat(begunAtSeconds).containsExactly(0L, 3 * 3600L, 4 * 3600L);
    }

    @Test
    void aFailureIsTriedAgainSoonerAndSoonerAfterASuccess() {
        Attempt bad = new Attempt(Duration.ofSeconds(1), false);
        Attempt good = new Attempt(Duration.ofSeconds(1), true);
        run(HOUR, Duration.ofMinutes(61), bad, bad, bad, good, bad, good);
        // 0, then 10 s, 20 s and 40 s after the end of the one before; the interval is kept.
        assertThat(begunAtSeconds).containsExactly(0L, 11L, 32L, 73L, 3600L, 3611L);
        assertThat(toldSeconds).containsExactly(10L, 20L, 40L, 10L);
    }

    @Test
    void noPauseIsLongerThanTheInterval() {
        Attempt bad = new Attempt(Duration.ZERO, false);
        run(Duration.ofMinutes(1), Duration.ofMinutes(4), bad);
        assertThat(begunAtSeconds).containsExactly(0L, 10L, 30L, 60L, 120L, 180L, 240L);
    }
}
