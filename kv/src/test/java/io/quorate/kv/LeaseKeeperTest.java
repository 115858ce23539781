package io.quorate.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.LeaseKeeper.Answer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a leader promises about leases, and what makes it sure that it may; on a member whose log the test plays. */
class LeaseKeeperTest {
    private static final long TICK = 100_000_000L;
    private static final LeaseOptions OPTIONS = new LeaseOptions(0, Duration.ofSeconds(3), 100, Duration.ofSeconds(1));

    private record Proposed(Command command, CompletableFuture<Result> result) {}

    private final MvccStore store = MvccStore.open(new HeapStore());
    private final ArrayDeque<Proposed> proposals = new ArrayDeque<>();
    private OptionalLong leading = OptionalLong.empty();
    private CompletableFuture<OptionalLong> confirmation = CompletableFuture.completedFuture(OptionalLong.empty());
    private long clock;

    private final LeaseKeeper keeper = new LeaseKeeper(
            OPTIONS,
            () -> store,
            new LeaseKeeper.Member() {
                @Override
                public OptionalLong leadingTerm() {
                    return leading;
                }

                @Override
                public CompletableFuture<Result> propose(Command command) {
                    Proposed proposed = new Proposed(command, new CompletableFuture<>());
                    proposals.add(proposed);
                    return proposed.result;
                }

                @Override
                public CompletableFuture<OptionalLong> confirmLeadership() {
                    return confirmation;
                }
            },
            () -> clock);

    private Result apply(Command command) {
        long index = store.appliedIndex() + 1;
        List<Result> results = store.apply(List.of(LoggedCommand.of(index, command)), index);
        keeper.applied(results);
        return results.getFirst();
    }

    private Result applyNext() {
        Proposed next = proposals.remove();
        Result result = apply(next.command);
        next.result.complete(result);
        return result;
    }

    private void lead(long term) {
        leading = OptionalLong.of(term);
        confirmation = CompletableFuture.completedFuture(leading);
        keeper.tick();
    }

    private void pass(double seconds) {
        for (long ticks = Math.round(seconds * 10); ticks > 0; ticks--) {
            clock += TICK;
            keeper.tick();
        }
    }

    @Test
    void nothingIsKeptBeforeTheTakeoverIsApplied() {
        apply(new LeaseGrant(1, 2));
        assertThat(keeper.keepAlive(1)).isCompletedWithValue(new Answer.NotLeading());
        lead(4);
        pass(5);
        assertThat(keeper.keepAlive(1)).isCompletedWithValue(new Answer.NotLeading());
        assertThat(proposals).extracting(Proposed::command).containsExactly(new LeaseTakeover(4));
        applyNext();
        pass(1.9);
        assertThat(proposals).isEmpty();
        assertThat(keeper.keepAlive(1)).isCompletedWithValue(new Answer.Kept(new Lease(1, 2, 2, 1)));
        pass(2);
        assertThat(proposals).extracting(Proposed::command).containsExactly(new LeaseExpiry(1, 1, 4));
    }

    @Test
    void aTakeoverThatWasLostIsProposedAgain() {
        lead(4);
        proposals.remove().result.completeExceptionally(new IllegalStateException("lost"));
        keeper.tick();
        assertThat(proposals).extracting(Proposed::command).containsExactly(new LeaseTakeover(4));
    }

    @Test
    void aRenewalIsAcknowledgedOnlyByALeaderThatIsSureOfItsTerm() {
        apply(new LeaseGrant(1, 2));
        lead(4);
        applyNext();
        confirmation = new CompletableFuture<>();
        CompletableFuture<Answer> answer = keeper.keepAlive(1);
        assertThat(answer).isNotDone();
        confirmation.complete(OptionalLong.of(6));
        assertThat(answer).isCompletedWithValue(new Answer.NotLeading());
        confirmation = CompletableFuture.failedFuture(new IllegalStateException("no quorum"));
        assertThat(keeper.keepAlive(1)).isCompletedExceptionally();
        confirmation = CompletableFuture.completedFuture(OptionalLong.of(4));
        assertThat(keeper.keepAlive(1)).isCompletedWithValue(new Answer.Kept(new Lease(1, 2, 2, 1)));
        assertThat(keeper.keepAlive(2)).isCompletedWithValue(new Answer.Unknown());
    }

    @Test
    void whoRenewsALeaseThatIsEndingLearnsHowItEnded() {
        apply(new LeaseGrant(1, 2));
        lead(4);
        applyNext();
        pass(2);
        CompletableFuture<Answer> answer = keeper.keepAlive(1);
        assertThat(answer).isNotDone();
        applyNext();
        assertThat(answer).isCompletedWithValue(new Answer.Unknown());
        apply(new LeaseGrant(1, 2));
        pass(2);
        CompletableFuture<Answer> undecided = keeper.keepAlive(1);
        leading = OptionalLong.empty();
        keeper.tick();
        assertThat(undecided).isCompletedWithValue(new Answer.NotLeading());
        assertThat(store.lease(1)).isPresent();
    }

    @Test
    void aRenewalOfACheckpointedLeaseIsAcknowledgedWhenTheRecordIsRight() {
        apply(new LeaseGrant(1, 10));
        lead(4);
        applyNext();
        pass(3);
        applyNext();
        assertThat(store.lease(1).orElseThrow().remainingSeconds()).isEqualTo(7);
        CompletableFuture<Answer> answer = keeper.keepAlive(1);
        assertThat(answer).isNotDone();
        applyNext();
        assertThat(store.lease(1).orElseThrow().remainingSeconds()).isEqualTo(10);
        assertThat(answer.join()).isInstanceOf(Answer.Kept.class);
        assertThat(keeper.keepAlive(1).join()).isInstanceOf(Answer.Kept.class);
        assertThat(proposals).isEmpty();
    }

    @Test
    void aRenewalWhoseRecordALaterLeaderRefusesIsNotAcknowledged() {
        apply(new LeaseGrant(1, 10));
        lead(4);
        applyNext();
        pass(3);
        applyNext();
        CompletableFuture<Answer> answer = keeper.keepAlive(1);
        apply(new LeaseTakeover(5));
        assertThat(applyNext()).isEqualTo(new Result.Rejected(KvError.LEASE_FENCED));
        assertThat(answer).isCompletedWithValue(new Answer.NotLeading());
        assertThat(keeper.keepAlive(1)).isCompletedWithValue(new Answer.NotLeading());
    }

    @Test
    void timeToLiveTellsWhatIsLeft() {
        apply(new LeaseGrant(1, 10));
        lead(4);
        applyNext();
        pass(2.5);
        assertThat(keeper.timeToLive(1))
                .isCompletedWithValue(new Answer.Left(new Lease(1, 10, 10, 1), Duration.ofMillis(7500)));
        assertThat(keeper.timeToLive(9)).isCompletedWithValue(new Answer.Unknown());
    }
}
