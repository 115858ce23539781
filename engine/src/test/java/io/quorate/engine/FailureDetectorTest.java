package io.quorate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FailureDetectorTest {

    private static final long MILLISECOND = 1_000_000;
    private static final long HEARTBEAT = 100 * MILLISECOND;

    private final FailureDetector detector = new FailureDetector(HEARTBEAT);
    private long now = 17;

    private void hear(int times, long gapNanos) {
        for (int i = 0; i < times; i++) {
            now += gapNanos;
            detector.heard(now);
        }
    }

    private long suspicious() {
        return detector.suspiciousNanos().orElseThrow();
    }

    @Test
    void ofWhomLittleWasHeardNothingIsSaid() {
        hear(20, HEARTBEAT);
        assertThat(detector.suspiciousNanos()).isEmpty();
        hear(1, HEARTBEAT);
        assertThat(detector.suspiciousNanos()).isPresent();
    }

    @Test
    void regularHeartbeatsLeaveRoomForOneThatIsMissed() {
        hear(100, HEARTBEAT);
        assertThat(suspicious()).isEqualTo(2 * HEARTBEAT);
    }

    @Test
    void jitterMakesItPatientWithoutALongGap() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 1_000; i++) {
            hear(1, (long) (random.nextGaussian(100, 30) * MILLISECOND));
        }
        assertThat(suspicious()).isBetween(250 * MILLISECOND, 450 * MILLISECOND);
    }

    @Test
    void oneLongGapIsRememberedForAWindowAndThenForgotten() {
        hear(100, HEARTBEAT);
        hear(1, 4 * HEARTBEAT);
        hear(999, HEARTBEAT);
        assertThat(suspicious()).isEqualTo(8 * HEARTBEAT);
        hear(1, HEARTBEAT);
        assertThat(suspicious()).isEqualTo(2 * HEARTBEAT);
    }

    /** Else a minute of load would make a silence of a few milliseconds suspicious, or forget all that was known before. */
    @Test
    void underLoadAsManyGapsCountAsWithoutAndTheLongestOfThem() {
        hear(100, HEARTBEAT);
        hear(1, 4 * HEARTBEAT);
        hear(10_000, MILLISECOND);
        assertThat(suspicious()).isEqualTo(8 * HEARTBEAT);
        FailureDetector busy = new FailureDetector(HEARTBEAT);
        for (int i = 0; i < 10_000; i++) {
            now += i % 40 == 0 ? 30 * MILLISECOND : MILLISECOND;
            busy.heard(now);
        }
        assertThat(busy.suspiciousNanos().orElseThrow()).isGreaterThanOrEqualTo(60 * MILLISECOND);
    }

    @Test
    void howLongItWasSilentBeforeItWasToBeHeardDoesNotCount() {
        hear(100, HEARTBEAT);
        detector.begin();
        hear(1, 1_000 * HEARTBEAT);
        hear(1, HEARTBEAT);
        assertThat(suspicious()).isEqualTo(2 * HEARTBEAT);
    }
}
