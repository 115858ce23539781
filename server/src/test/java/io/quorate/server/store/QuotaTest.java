package io.quorate.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class QuotaTest {

    private final AtomicLong size = new AtomicLong(1000);
    private final AtomicLong now = new AtomicLong(5);

    /** Runs what it is given at once, as long as nobody says otherwise. */
    private Executor measurer = Runnable::run;

    private Quota quota(long limitBytes) {
        return new Quota(limitBytes, size::get, now::get, task -> measurer.execute(task));
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

    /** While a snapshot replaces the store, measuring waits for that, and an event loop that asks must not. */
    @Test
    void whoAsksNeverMeasuresAndWhatIsLetThroughMeanwhileCounts() {
        Queue<Runnable> waiting = new ArrayDeque<>();
        measurer = waiting::add;
        Quota quota = quota(3000);
        size.set(5);
        assertThat(quota.admits(500)).isTrue();
        now.addAndGet(1_000_000_000);
        assertThat(quota.admits(244)).isTrue();
        now.addAndGet(1_000_000_000);
        assertThat(quota.admits(1000)).isFalse();
        assertThat(waiting).as("measurements under way").hasSize(1);

        waiting.remove().run();
        assertThat(quota.admits(1000)).isTrue();
        now.addAndGet(1_000_000_000);
        assertThat(quota.admits(1)).isTrue();
        assertThat(waiting).hasSize(1);
    }

    @Test
    void aMeasurementThatIsRefusedIsTriedAgain() {
        measurer = task -> {
            throw new RejectedExecutionException("too much to do");
        };
        Quota quota = quota(2000);
        size.set(5000);
        now.addAndGet(1_000_000_000);
        assertThat(quota.admits(1)).isTrue();
        measurer = Runnable::run;
        now.addAndGet(1_000_000_000);
        assertThat(quota.admits(1)).isFalse();
    }

    /** Otherwise the first write after the alarm was taken back would raise it again, judged by the size of a full store. */
    @Test
    void theWritesAfterRoomWasFoundAreJudgedByTheRoomThatWasFound() {
        Quota quota = quota(2000);
        size.set(5000);
        now.addAndGet(1_000_000_000);
        assertThat(quota.admits(1)).isFalse();
        size.set(100);
        assertThat(quota.hasRoomAgain()).isTrue();
        assertThat(quota.admits(1)).isTrue();
    }

    @Test
    void aNegativeQuotaIsNone() {
        assertThat(quota(-1).admits(Long.MAX_VALUE / 2)).isTrue();
    }
}
