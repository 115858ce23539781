package io.quorate.server.healing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/** A reader is made to wait until it reads no faster than it may, and no longer; in virtual time. */
class RateLimitTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long BYTES_PER_SECOND = 1_000;

    /** Where time is counted from is nobody's business. */
    private long now = -5 * SECOND;

    private long longestWait;
    private int waits;

    /** How long a wait lasts that should last so long. */
    private LongUnaryOperator lasting = nanos -> nanos;

    private final RateLimit limit = new RateLimit(BYTES_PER_SECOND, () -> now, this::pass);

    private void pass(long nanos) {
        assertThat(nanos).isPositive();
        waits++;
        longestWait = Math.max(longestWait, nanos);
        now += lasting.applyAsLong(nanos);
    }

    /** How long it takes until so many bytes are let through. */
    private long nanosFor(long bytes) {
        long begin = now;
        limit.accept(bytes);
        return now - begin;
    }

    @Test
    void readingTakesTheTimeThatTheRateLeavesIt() {
        assertThat(nanosFor(BYTES_PER_SECOND)).isEqualTo(SECOND);
        assertThat(nanosFor(BYTES_PER_SECOND / 4)).isEqualTo(SECOND / 4);
        assertThat(nanosFor(0)).isZero();
        assertThat(nanosFor(3 * BYTES_PER_SECOND)).isEqualTo(3 * SECOND);
    }

    @Test
    void timeThatWasNotUsedIsNotSavedUp() {
        limit.accept(BYTES_PER_SECOND);
        now += 100 * SECOND;
        assertThat(nanosFor(BYTES_PER_SECOND)).isEqualTo(SECOND);
    }

    @Test
    void aWaitThatEndsTooEarlyIsGoneOnWith() {
        lasting = nanos -> Math.max(1, nanos / 2);
        assertThat(nanosFor(BYTES_PER_SECOND)).isEqualTo(SECOND);
    }

    /** A thread may be put to sleep for longer than it asked for: what it reads next costs no less, and no more. */
    @Test
    void aWaitThatEndsTooLateIsNotMadeUpFor() {
        lasting = nanos -> nanos + SECOND;
        assertThat(nanosFor(1)).isGreaterThan(SECOND);
        lasting = nanos -> nanos;
        assertThat(nanosFor(BYTES_PER_SECOND)).isEqualTo(SECOND);
    }

    @Test
    void anInterruptEndsAWaitThatHasBegun() {
        lasting = nanos -> {
            if (waits == 3) {
                limit.cancel();
            }
            return nanos;
        };
        assertThatThrownBy(() -> limit.accept(1L << 40)).isInstanceOf(CancellationException.class);
        assertThat(waits).isEqualTo(3);
        assertThat(longestWait).isLessThan(SECOND);
        assertThatThrownBy(() -> limit.accept(0)).isInstanceOf(CancellationException.class);
    }
}
