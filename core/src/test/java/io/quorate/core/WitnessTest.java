package io.quorate.core;

import static io.quorate.core.CoreUnderTest.SELF;
import static io.quorate.core.CoreUnderTest.T;
import static io.quorate.core.CoreUnderTest.THREE;
import static io.quorate.core.CoreUnderTest.TWO;
import static io.quorate.core.CoreUnderTest.effects;
import static io.quorate.core.CoreUnderTest.id;
import static io.quorate.core.CoreUnderTest.messages;
import static io.quorate.core.CoreUnderTest.restored;
import static io.quorate.core.CoreUnderTest.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A witness votes and acknowledges like any voter, and never leads. Two members with data and one of them tolerate the loss of one. */
class WitnessTest {

    private static final Configuration SELF_WITNESSES = witness(SELF);
    private static final Configuration THREE_WITNESSES = witness(THREE);

    private static Configuration witness(MemberId member) {
        return voters(3).withWitnesses(new TreeSet<>(Set.of(member)));
    }

    private static CoreUnderTest member(Configuration configuration) {
        return new CoreUnderTest(restored(configuration, HardState.INITIAL));
    }

    private static List<Message.AppendRequest> entriesTo(MemberId member, List<Effect> effects) {
        return effects(effects, Effect.Send.class).stream()
                .filter(send -> send.to().equals(member))
                .map(Effect.Send::message)
                .filter(Message.AppendRequest.class::isInstance)
                .map(Message.AppendRequest.class::cast)
                .filter(request -> !request.entries().isEmpty())
                .toList();
    }

    // --- the witness

    @Test
    void aWitnessNeverCampaignsAndRefusesTimeoutNowAndVotes() {
        CoreUnderTest witness = member(SELF_WITNESSES);
        assertThat(messages(witness.tick(20 * T), Message.class)).isEmpty();
        assertThat(witness.receive(TWO, new Message.TimeoutNow(0))).isEmpty();
        assertThat(witness.status().abstention()).contains(Abstention.WITNESS);
        assertThat(messages(
                        witness.receive(TWO, new Message.VoteRequest(1, EntryId.ORIGIN, false)),
                        Message.VoteResponse.class))
                .containsExactly(new Message.VoteResponse(1, true));
    }

    /** As other voters that are about to be removed it may have the longest log; but it could serve nobody with it. */
    @Test
    void aWitnessThatIsAboutToBeRemovedDoesNotCampaignEither() {
        CoreUnderTest witness = member(SELF_WITNESSES).follow(TWO, 1);
        witness.receive(TWO, CoreUnderTest.appendConfiguration(1, EntryId.ORIGIN, SELF_WITNESSES.without(SELF)));
        witness.syncAll();
        assertThat(messages(witness.tick(20 * T), Message.class)).isEmpty();
        assertThat(witness.status().abstention()).contains(Abstention.WITNESS);
    }

    @Test
    void whatAWitnessHasAcknowledgedKeepsAShorterLogFromLeading() {
        CoreUnderTest witness = member(SELF_WITNESSES).follow(TWO, 1);
        EntryBatch entry = new EntryBatch(1, List.of(new EntryBatch.TermRun(1, 1)), List.of());
        assertThat(witness.receive(TWO, new Message.AppendRequest(1, EntryId.ORIGIN, entry, 0)))
                .as("it acknowledges what is durable")
                .contains(new Effect.SendAfterSync(TWO, new Message.AppendAccepted(1, 1)));
        witness.syncAll();
        witness.tick(20 * T);
        assertThat(messages(
                        witness.receive(THREE, new Message.VoteRequest(2, EntryId.ORIGIN, false)),
                        Message.VoteResponse.class))
                .containsExactly(new Message.VoteResponse(2, false));
        assertThat(messages(
                        witness.receive(TWO, new Message.VoteRequest(3, id(1, 1), false)), Message.VoteResponse.class))
                .containsExactly(new Message.VoteResponse(3, true));
    }

    /** No configuration that is in force or the latest committed one says any more that it is a witness: it would be sent commands. */
    @Test
    void aLearnerThatAJointChangeDropsIsSentNothingOnceThatIsCommitted() {
        MemberId learner = new MemberId(6);
        Configuration before = voters(3).withWitnessLearner(learner, List.of());
        CoreUnderTest leader = member(before).toEstablishedLeader();
        leader.accepted(learner, 1);
        leader.step(new Event.ConfigurationProposed(Configuration.of(Set.of(SELF, new MemberId(4), new MemberId(5)))));
        assertThat(leader.status().configuration().isJoint()).isTrue();
        assertThat(entriesTo(learner, leader.flush())).isEmpty();
        leader.syncAll();
        assertThat(entriesTo(learner, leader.flush()))
                .as("the joint configuration")
                .hasSize(1);
        leader.accepted(learner, 2);
        leader.accepted(new MemberId(4), 2);
        leader.accepted(TWO, 2);
        assertThat(leader.status().configuration().isJoint())
                .as("the next one is appended")
                .isFalse();

        assertThat(entriesTo(learner, leader.flush())).isEmpty();
        leader.syncAll();
        leader.propose(1);
        assertThat(entriesTo(learner, leader.flush())).isEmpty();
        assertThat(leader.status().followers())
                .noneMatch(follower -> follower.member().equals(learner));
    }

    // --- its leader

    @Test
    void aWitnessIsNoTargetOfATransferNorASuccessor() {
        CoreUnderTest leader = member(THREE_WITNESSES).toEstablishedLeader();
        assertThat(leader.step(new Event.TransferRequested(THREE)))
                .containsExactly(new Effect.TransferRefused(THREE, Rejection.BAD_TRANSFER_TARGET));
        assertThat(leader.step(new Event.LeadershipBarred(true)))
                .contains(new Effect.Send(TWO, new Message.TimeoutNow(1)));
    }

    /** Else a crash of the leader could leave a name in the world whose content nobody has, and in its way nobody could lead. */
    @Test
    void aWitnessIsSentOnlyWhatTheLeaderHasDurably() {
        CoreUnderTest leader = member(THREE_WITNESSES).toEstablishedLeader();
        leader.accepted(THREE, leader.status().last().index());
        leader.propose(1);
        List<Effect> sent = leader.flush();
        assertThat(entriesTo(TWO, sent)).hasSize(1);
        assertThat(entriesTo(THREE, sent)).isEmpty();
        leader.syncAll();
        assertThat(entriesTo(THREE, leader.flush())).hasSize(1);
    }

    /** The other one may never lead, or be unable to at present without the leader's knowing it. */
    @Test
    void whatAnotherVoterWithDataHasIsNotEnough() {
        CoreUnderTest leader = member(THREE_WITNESSES).toEstablishedLeader();
        leader.accepted(THREE, leader.status().last().index());
        leader.propose(1);
        leader.flush();
        leader.accepted(TWO, leader.status().last().index());
        assertThat(entriesTo(THREE, leader.flush())).isEmpty();
        leader.syncAll();
        assertThat(entriesTo(THREE, leader.flush())).hasSize(1);
    }

    @Test
    void theWitnessesAcknowledgementCommits() {
        CoreUnderTest leader = member(THREE_WITNESSES).toEstablishedLeader();
        leader.propose(1);
        leader.syncAll();
        long last = leader.status().last().index();
        leader.accepted(THREE, last);
        assertThat(leader.status().commitIndex()).isEqualTo(last);
    }

    // --- changes

    @Test
    void nobodyBecomesAWitnessOrCeasesToBeOneWhileItIsAMember() {
        CoreUnderTest leader = member(THREE_WITNESSES).toEstablishedLeader();
        for (Configuration target : List.of(voters(3), witness(TWO))) {
            assertThat(leader.step(new Event.ConfigurationProposed(target)))
                    .containsExactly(new Effect.RejectConfiguration(Rejection.BAD_CONFIGURATION));
        }
    }

    @Test
    void witnessesAloneAreNoCluster() {
        CoreUnderTest leader = member(THREE_WITNESSES).toEstablishedLeader();
        Configuration alone = THREE_WITNESSES.without(SELF).without(TWO);
        assertThat(leader.step(new Event.ConfigurationProposed(alone)))
                .containsExactly(new Effect.RejectConfiguration(Rejection.BAD_CONFIGURATION));
    }
}
