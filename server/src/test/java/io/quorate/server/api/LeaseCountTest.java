package io.quorate.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.kv.KvError;
import io.quorate.kv.Result;
import io.quorate.server.wire.Limit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Leases are bounded without being counted each time; the clock is the test's. */
class LeaseCountTest {

    private static final int MOST = 1000;

    private final AtomicInteger there = new AtomicInteger();
    private final AtomicInteger counts = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong(-5);
    private final List<Limit> told = new ArrayList<>();

    private final LeaseCount count = new LeaseCount(
            MOST,
            () -> {
                counts.incrementAndGet();
                return CompletableFuture.completedFuture(there.get());
            },
            (limit, what) -> told.add(limit),
            nanos::get);

    private int grantUntilRefused() {
        int granted = 0;
        while (granted < 10 * MOST && count.take().isPresent()) {
            granted++;
            there.incrementAndGet();
        }
        return granted;
    }

    @Test
    void noMoreThanThereMayBeAndWithoutCountingThemEachTime() {
        assertThat(grantUntilRefused()).isBetween(MOST, MOST + 1);
        assertThat(counts.get()).isLessThan(5);
        assertThat(told).containsExactly(Limit.LEASES);
    }

    @Test
    void whatThereWasBeforeCounts() {
        there.set(600);
        assertThat(grantUntilRefused()).isBetween(400, 401);
    }

    @Test
    void whatHasEndedMakesRoom() {
        grantUntilRefused();
        assertThat(count.take()).isEmpty();

        there.set(900);
        nanos.addAndGet(2_000_000_000L);
        assertThat(count.take()).isEmpty();
        assertThat(grantUntilRefused()).isBetween(90, 101);
    }

    /** Whoever asks for a lease whose id is taken, or may have none where the command stands in the log, takes no room from others. */
    @Test
    void whatIsNotGrantedTakesNoRoom() {
        for (int i = 0; i < 10 * MOST; i++) {
            assertThat(count.grant(() -> CompletableFuture.completedFuture(new Result.Rejected(KvError.LEASE_EXISTS))))
                    .isCompletedWithValueMatching(Result.Rejected.class::isInstance);
        }
        assertThatThrownBy(() -> count.grant(() -> {
                    throw new IllegalStateException("must not serve");
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(grantUntilRefused()).isBetween(MOST, MOST + 1);
    }

    /** The count that the grant has set off has taken the place of it already. */
    @Test
    void whatIsNotGrantedAfterACountDoesNotPutTheNextOneOffForEver() {
        there.set(MOST + 5);
        assertThat(count.grant(() -> CompletableFuture.completedFuture(new Result.Rejected(KvError.LEASE_EXISTS))))
                .isCompletedWithValueMatching(Result.Rejected.class::isInstance);
        assertThat(count.take()).isEmpty();

        there.set(0);
        nanos.addAndGet(2_000_000_000L);
        assertThat(count.take()).isEmpty();
        assertThat(grantUntilRefused()).isEqualTo(MOST);
    }

    @Test
    void whatIsNotGrantedDuringACountMakesNoRoomTwice() {
        CompletableFuture<Integer> slowly = new CompletableFuture<>();
        LeaseCount slow = new LeaseCount(10, () -> slowly, (limit, what) -> told.add(limit), nanos::get);
        List<CompletableFuture<Result>> grants = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            CompletableFuture<Result> outcome = new CompletableFuture<>();
            grants.add(outcome);
            assertThat(slow.grant(() -> outcome)).isNotDone();
        }
        grants.forEach(outcome -> outcome.complete(new Result.Rejected(KvError.LEASE_EXISTS)));
        slowly.complete(8);

        assertThat(slow.take()).isPresent();
        assertThat(slow.take()).isPresent();
        assertThat(slow.take()).isEmpty();
    }

    @Test
    void whatIsBeyondThemIsNotWritten() {
        grantUntilRefused();
        assertThat(count.grant(() -> {
                    throw new AssertionError("written");
                }))
                .isCompletedExceptionally();
    }

    /** Their grants are not seen, but for those that were there at the last count. */
    @Test
    void whatOtherMembersGrantIsSeenWhenItMatters() {
        int granted = 0;
        while (granted < 10 * MOST && count.take().isPresent()) {
            granted++;
            // Two others grant as many.
            there.addAndGet(3);
            nanos.addAndGet(1_000_000_000L);
        }
        assertThat(there.get()).isBetween(MOST, MOST * 3 / 2);
    }
}
