package io.quorate.engine.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.MemberId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Whoever is barred is so for a while, whatever others are. */
class BarsTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private long now = Long.MAX_VALUE - SECOND;
    private final Bars bars = new Bars(() -> now);

    @Test
    void lastsForAWhileAndIsNotProlonged() {
        bars.bar(new MemberId(2));
        now += 4 * SECOND;
        assertThat(bars.isBarred(new MemberId(2))).isTrue();
        assertThat(bars.isBarred(new MemberId(3))).isFalse();

        bars.bar(new MemberId(2));
        now += 2 * SECOND;
        assertThat(bars.isBarred(new MemberId(2))).isFalse();

        bars.bar(new MemberId(2));
        assertThat(bars.isBarred(new MemberId(2))).isTrue();
    }

    @Test
    void theOldestGoWhereSomebodyMakesIdsUp() {
        for (long id = 1; id <= 5000; id++) {
            bars.bar(new MemberId(id));
            now++;
        }
        assertThat(bars.isBarred(new MemberId(1))).isFalse();
        assertThat(bars.isBarred(new MemberId(5000))).isTrue();
        assertThat(bars.isBarred(new MemberId(4500))).isTrue();
    }
}
