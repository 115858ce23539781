package io.quorate.engine.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How much a peer may send before it is read from more slowly; in virtual time. */
class FrameAllowanceTest {

    private static final long SECOND = 1_000_000_000;
    private static final long BEGIN = -7 * SECOND;

    private final FrameAllowance allowance = new FrameAllowance(new FrameAllowance.Rate(100, 1_000), BEGIN);

    @Test
    void aSecondsWorthMayComeAtOnce() {
        assertThat(allowance.spend(100, 10, BEGIN)).isZero();
        assertThat(allowance.spend(1, 0, BEGIN)).isEqualTo(SECOND / 100);
    }

    @Test
    void bytesCountAsWellAsFrames() {
        assertThat(allowance.spend(1, 1_000, BEGIN)).isZero();
        assertThat(allowance.spend(1, 500, BEGIN)).isEqualTo(SECOND / 2);
    }

    @Test
    void whatWasNotUsedIsNotSavedUp() {
        assertThat(allowance.spend(1, 1, BEGIN)).isZero();
        assertThat(allowance.spend(200, 0, BEGIN + 60 * SECOND)).isEqualTo(SECOND);
    }

    @Test
    void whoeverKeepsToTheRateIsNeverHeldUp() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(allowance.spend(10, 100, BEGIN + i * SECOND / 10)).isZero();
        }
    }

    @Test
    void whoeverWaitsAsLongAsHeIsToldIsReadFromAgain() {
        long pause = allowance.spend(1_000, 0, BEGIN);
        assertThat(pause).isEqualTo(9 * SECOND);
        assertThat(allowance.spend(0, 0, BEGIN + pause)).isZero();
    }
}
