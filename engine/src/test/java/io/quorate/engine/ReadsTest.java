package io.quorate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ReadsTest {

    private final Reads reads = new Reads();

    private CompletableFuture<Long> read() {
        CompletableFuture<Long> ready = new CompletableFuture<>();
        reads.arrive(new Reads.Read(ready, 1_000));
        return ready;
    }

    @Test
    void readsThatArriveTogetherShareOneRequest() {
        CompletableFuture<Long> first = read();
        CompletableFuture<Long> second = read();
        long id = reads.ask().orElseThrow();
        assertThat(reads.ask()).isEmpty();
        reads.ready(id, 5, 5);
        assertThat(first).isCompletedWithValue(5L);
        assertThat(second).isCompletedWithValue(5L);
    }

    @Test
    void aReadWaitsForTheStateMachineToReachItsIndex() {
        CompletableFuture<Long> later = read();
        long laterId = reads.ask().orElseThrow();
        CompletableFuture<Long> sooner = read();
        long soonerId = reads.ask().orElseThrow();
        reads.ready(laterId, 8, 5);
        reads.ready(soonerId, 6, 5);
        reads.applied(6);
        assertThat(sooner).isCompletedWithValue(6L);
        assertThat(later).isNotDone();
        reads.applied(9);
        assertThat(later).isCompletedWithValue(9L);
    }

    @Test
    void cornerCase27_aRetriedRoundUsesAFreshRequestId() {
        CompletableFuture<Long> read = read();
        long first = reads.ask().orElseThrow();
        reads.failed(first);
        long second = reads.ask().orElseThrow();
        assertThat(second).isNotEqualTo(first);
        reads.ready(first, 3, 3);
        assertThat(read).isNotDone();
        reads.ready(second, 4, 4);
        assertThat(read).isCompletedWithValue(4L);
    }

    @Test
    void aReadWhoseTimeIsOverIsRefused() {
        CompletableFuture<Long> arrived = read();
        reads.ask();
        CompletableFuture<Long> asked = read();
        reads.expire(999);
        assertThat(arrived).isNotDone();
        reads.expire(1_000);
        assertThat(arrived.exceptionNow()).isInstanceOf(RaftException.Refused.class);
        assertThat(asked.exceptionNow()).isInstanceOf(RaftException.Refused.class);
    }
}
