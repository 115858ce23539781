package io.quorate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.EntryId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How each proposal ends, by how far it had come. */
class ProposalsTest {

    private static final long DEADLINE = 1_000;

    private final Proposals<String> proposals = new Proposals<>(2, 1);

    private static Proposal<String> proposal() {
        return new Proposal<>(ByteBuffer.allocate(1), new CompletableFuture<>(), 0, DEADLINE);
    }

    private static void assertFailed(Proposal<String> proposal, Class<? extends RaftException> with) {
        assertThat(proposal.result()).isCompletedExceptionally();
        assertThat(proposal.result().exceptionNow()).isInstanceOf(with);
    }

    @Test
    void theEntryOfItsTermEndsAProposal() {
        Proposal<String> placed = proposal();
        proposals.place(new EntryId(2, 7), placed);
        assertThat(proposals.takeApplied(2, 7)).contains(placed);
        assertThat(placed.result()).isNotDone();
    }

    @Test
    void anotherEntryAtItsIndexSupersedesAProposal() {
        Proposal<String> placed = proposal();
        proposals.place(new EntryId(2, 7), placed);
        assertThat(proposals.takeApplied(3, 7)).isEmpty();
        assertFailed(placed, RaftException.Superseded.class);
    }

    @Test
    void cornerCase15_aProposalThatAnotherTakesThePlaceOfMayStillBeCommittedByAThirdMember() {
        Proposal<String> before = proposal();
        Proposal<String> after = proposal();
        proposals.place(new EntryId(2, 7), before);
        proposals.place(new EntryId(3, 7), after);
        assertFailed(before, RaftException.OutcomeUnknown.class);
        assertThat(proposals.takeApplied(3, 7)).contains(after);
    }

    @Test
    void aPlaceThatIsToldTooLateDoesNotPushALaterProposalAside() {
        Proposal<String> later = proposal();
        Proposal<String> late = proposal();
        proposals.place(new EntryId(3, 7), later);
        long id = proposals.forward(List.of(late));
        proposals.placeForwarded(id, 1, new EntryId(2, 7), 6);
        assertFailed(late, RaftException.OutcomeUnknown.class);
        assertThat(proposals.takeApplied(3, 7)).contains(later);
    }

    @Test
    void aSnapshotLeavesTheOutcomeUnknown() {
        Proposal<String> covered = proposal();
        Proposal<String> behind = proposal();
        proposals.place(new EntryId(2, 7), covered);
        proposals.place(new EntryId(2, 9), behind);
        proposals.skipTo(8);
        assertFailed(covered, RaftException.OutcomeUnknown.class);
        assertThat(behind.result()).isNotDone();
    }

    @Test
    void aForwardedProposalIsFoundWhereTheLeaderPutIt() {
        Proposal<String> first = proposal();
        Proposal<String> second = proposal();
        long id = proposals.forward(List.of(first, second));
        proposals.placeForwarded(id, 2, new EntryId(4, 20), 19);
        assertThat(proposals.takeApplied(4, 20)).contains(first);
        assertThat(proposals.takeApplied(4, 21)).contains(second);
    }

    @Test
    void anAnswerThatComesAfterTheEntryWasAppliedLeavesTheOutcomeUnknown() {
        Proposal<String> late = proposal();
        long id = proposals.forward(List.of(late));
        proposals.placeForwarded(id, 1, new EntryId(4, 20), 20);
        assertFailed(late, RaftException.OutcomeUnknown.class);
    }

    @Test
    void theLossOfTheLeaderLeavesTheOutcomeOfForwardedOnesUnknown() {
        Proposal<String> forwarded = proposal();
        Proposal<String> placed = proposal();
        proposals.forward(List.of(forwarded));
        proposals.place(new EntryId(2, 7), placed);
        proposals.leaderLost();
        assertFailed(forwarded, RaftException.OutcomeUnknown.class);
        assertThat(placed.result()).as("the log decides on it").isNotDone();
    }

    @Test
    void aRefusedForwardMayBeTriedAgain() {
        Proposal<String> forwarded = proposal();
        long id = proposals.forward(List.of(forwarded));
        assertThat(proposals.takeForwarded(id, 1)).containsExactly(forwarded);
        proposals.leaderLost();
        assertThat(forwarded.result()).isNotDone();
    }

    @Test
    void waitingForALeaderEndsAsRefusedSinceNothingWasDone() {
        Proposal<String> waiting = proposal();
        Proposal<String> placed = proposal();
        proposals.awaitLeader(waiting);
        proposals.place(new EntryId(2, 7), placed);
        proposals.expire(DEADLINE - 1, false);
        assertThat(waiting.result()).isNotDone();
        proposals.expire(DEADLINE, false);
        assertFailed(waiting, RaftException.Refused.class);
        assertFailed(placed, RaftException.OutcomeUnknown.class);
    }

    @Test
    void noMoreThanTheBoundWaitForALeader() {
        List<Proposal<String>> kept = List.of(proposal(), proposal());
        kept.forEach(proposals::awaitLeader);
        Proposal<String> tooMany = proposal();
        proposals.awaitLeader(tooMany);
        assertFailed(tooMany, RaftException.Refused.class);
        assertThat(proposals.takeWaiting()).isEqualTo(kept);
    }

    @Test
    void everythingEndsWhenTheNodeStops() {
        List<Proposal<String>> all = List.of(proposal(), proposal(), proposal());
        proposals.awaitLeader(all.get(0));
        proposals.forward(List.of(all.get(1)));
        proposals.place(new EntryId(2, 7), all.get(2));
        proposals.stop(new IllegalStateException("the disk is gone"));
        all.forEach(proposal -> assertFailed(proposal, RaftException.Stopped.class));
    }
}
