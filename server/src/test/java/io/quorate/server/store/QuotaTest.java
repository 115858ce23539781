package io.quorate.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class QuotaTest {

    private final AtomicLong size = new AtomicLong(1000);
    private final AtomicLong now = new AtomicLong(5);

    private Quota quota(long limitBytes) {
        return new Quota(limitBytes, size::get, now::get);
    }

    @Test
    void whatIsLetThroughCountsUntilTheSizeIsMeasuredAgain() {
        Quota quota = quota(3000);
        assertThat(quota.admits(1000)).isTrue();
        assertThat(quota.admits(1000)).isFalse();

        now.addAndGet(1_000_000_000);
        size.set(1500);
        assertThat(quota.admits(1000)).isTrue();
        assertThat(quota.admits(1000)).isFalse();
    }

    @Test
    void roomThatWasMadeIsNoticed() {
        Quota quota = quota(2000);
        size.set(5000);
        now.addAndGet(1_000_000_000);
        assertThat(quota.admits(1)).isFalse();
        size.set(100);
        assertThat(quota.admits(1)).isFalse();
        now.addAndGet(1_000_000_000);
        assertThat(quota.admits(1)).isTrue();
    }

    @Test
    void aStoreThatWasFullHasRoomAgainOnceATenthIsFree() {
        Quota quota = quota(2000);
        size.set(1801);
        assertThat(quota.hasRoomAgain()).isFalse();
        size.set(1800);
        assertThat(quota.hasRoomAgain()).isTrue();
        size.set(Long.MAX_VALUE);
        assertThat(quota(-1).hasRoomAgain()).isTrue();
    }

    @Test
    void aNegativeQuotaIsNone() {
        assertThat(quota(-1).admits(Long.MAX_VALUE / 2)).isTrue();
    }
}
