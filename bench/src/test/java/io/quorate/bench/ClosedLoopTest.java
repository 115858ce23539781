package io.quorate.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The load, on a contender that just answers. */
@Timeout(60)
class ClosedLoopTest {

    @AutoClose
    private final ExecutorService executor = Executors.newSingleThreadExecutor();

    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger mostUnderWay = new AtomicInteger();
    private final AtomicLong proposed = new AtomicLong();

    /** Completes every proposal on another thread, up to one that fails. */
    private final class Echo implements Contender {

        private final long failing;

        Echo(long failing) {
            this.failing = failing;
        }

        @Override
        public void propose(ByteBuffer command, Completion completion) {
            long number = proposed.incrementAndGet();
            mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            executor.execute(() -> {
                underWay.decrementAndGet();
                completion.completed(
                        number < failing ? Optional.empty() : Optional.of(new IOException("out of order")));
            });
        }

        @Override
        public void verify(long completed) {}

        @Override
        public void close() {}
    }

    @Test
    void asManyProposalsAreUnderWayAsAskedForAndNeverMore() throws Exception {
        try (ClosedLoop loop = new ClosedLoop(new Echo(Long.MAX_VALUE), 7, 16)) {
            loop.warmUp(Duration.ofMillis(50));
            loop.stop();
        }
        assertThat(mostUnderWay.get()).isPositive().isLessThanOrEqualTo(7);
    }

    @Test
    void everyProposalIsCountedAndNoneIsLeftUnderWay() throws Exception {
        try (ClosedLoop loop = new ClosedLoop(new Echo(Long.MAX_VALUE), 3, 16)) {
            loop.warmUp(Duration.ofMillis(20));
            loop.measure(Duration.ofMillis(20));
            assertThat(loop.stop()).isEqualTo(proposed.get());
        }
        assertThat(underWay).hasValue(0);
    }

    @Test
    void aMeasurementHasLatenciesInOrderAndCostsAboveZero() {
        try (ClosedLoop loop = new ClosedLoop(new Echo(Long.MAX_VALUE), 3, 16)) {
            LevelResult result = loop.measure(Duration.ofMillis(100));
            assertThat(result.inflight()).isEqualTo(3);
            assertThat(result.opsPerSecond()).isPositive();
            assertThat(result.p50Micros()).isPositive().isLessThanOrEqualTo(result.p99Micros());
            assertThat(result.p99Micros()).isLessThanOrEqualTo(result.p999Micros());
            assertThat(result.p999Micros()).isLessThanOrEqualTo(result.maxMicros());
            assertThat(result.allocatedBytesPerOp()).isGreaterThanOrEqualTo(16);
        }
    }

    @Test
    void aProposalThatFailsEndsTheMeasurementWithItsReason() {
        try (ClosedLoop loop = new ClosedLoop(new Echo(100), 3, 16)) {
            assertThatThrownBy(() -> loop.measure(Duration.ofSeconds(30)))
                    .hasMessageContaining("a proposal failed")
                    .hasRootCauseMessage("out of order");
        }
    }
}
