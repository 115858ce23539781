package io.quorate.core;

import static io.quorate.core.CoreUnderTest.SELF;
import static io.quorate.core.CoreUnderTest.T;
import static io.quorate.core.CoreUnderTest.THREE;
import static io.quorate.core.CoreUnderTest.TWO;
import static io.quorate.core.CoreUnderTest.appendConfiguration;
import static io.quorate.core.CoreUnderTest.effects;
import static io.quorate.core.CoreUnderTest.id;
import static io.quorate.core.CoreUnderTest.messages;
import static io.quorate.core.CoreUnderTest.restored;
import static io.quorate.core.CoreUnderTest.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Some members are to lead rather than others, and some never. Safety depends on none of it. */
class PriorityTest {

    private static final Configuration TWO_IS_PREFERRED = voters(3).withPriority(TWO, 5);
    private static final Configuration NEVER_SELF = voters(3).withPriority(SELF, 0);

    private static CoreUnderTest member(Configuration configuration) {
        return new CoreUnderTest(restored(configuration, HardState.INITIAL));
    }

    /** Ticks of a leader whose followers answer, and have durably what it has unless they lag. */
    private static List<Effect> ticks(CoreUnderTest leader, int count, MemberId... lagging) {
        List<Effect> all = new ArrayList<>();
        for (int i = 0; i < count && leader.status().role() == RoleName.LEADER; i++) {
            all.addAll(leader.tick(1));
            all.addAll(leader.flush());
            for (MemberId member : List.of(TWO, THREE)) {
                long term = leader.status().term();
                leader.receive(member, new Message.HeartbeatResponse(term, 0));
                if (!List.of(lagging).contains(member)) {
                    leader.accepted(member, leader.status().last().index());
                }
            }
        }
        return all;
    }

    private static int attempts(List<Effect> effects) {
        return effects(effects, Effect.TransferEnded.class).size();
    }

    // --- who campaigns

    @Test
    void aMemberOfPriorityZeroNeverCampaignsAndRefusesTimeoutNow() {
        CoreUnderTest member = member(NEVER_SELF);
        assertThat(messages(member.tick(20 * T), Message.class)).isEmpty();
        assertThat(member.receive(TWO, new Message.TimeoutNow(0))).isEmpty();
        assertThat(member.status().abstention()).contains(Abstention.PRIORITY_ZERO);
        assertThat(messages(
                        member.receive(TWO, new Message.VoteRequest(1, EntryId.ORIGIN, false)),
                        Message.VoteResponse.class))
                .as("it votes")
                .containsExactly(new Message.VoteResponse(1, true));
    }

    /** Or an entry that is lost in the end could keep the only one from leading that has everything. */
    @Test
    void aPriorityOfZeroCountsOnceItIsKnownToBeCommitted() {
        CoreUnderTest member = CoreUnderTest.ofVoters(3).follow(TWO, 1);
        member.receive(TWO, appendConfiguration(1, EntryId.ORIGIN, NEVER_SELF));
        member.syncAll();
        assertThat(member.status().abstention()).isEmpty();
        member.receive(TWO, new Message.Heartbeat(1, 1, 0));
        assertThat(member.status().abstention()).contains(Abstention.PRIORITY_ZERO);
    }

    @Test
    void aMemberOfALowerPriorityWaitsLongerButHalfAnElectionTimeoutAtMost() {
        for (boolean highest : List.of(true, false)) {
            ElectionTimeouts timeouts = new ElectionTimeouts(T, new SplittableRandom(1), () -> highest);
            int longer = highest ? 0 : T / 2;
            for (int i = 0; i < 1_000; i++) {
                assertThat(timeouts.draw()).isBetween(T + longer, 2 * T + longer - 1);
            }
        }
    }

    @Test
    void theHigherPriorityHasPrecedenceBetweenTwoThatAskForPreVotes() {
        CoreUnderTest preferred = member(voters(3).withPriority(SELF, 2));
        preferred.timeOut();
        CoreUnderTest other = member(TWO_IS_PREFERRED);
        other.timeOut();
        Message request = new Message.PreVoteRequest(1, EntryId.ORIGIN);
        assertThat(messages(preferred.receive(THREE, request), Message.PreVoteResponse.class))
                .containsExactly(new Message.PreVoteResponse(0, false));
        assertThat(messages(other.receive(TWO, request), Message.PreVoteResponse.class))
                .containsExactly(new Message.PreVoteResponse(1, true));
    }

    // --- handing over

    @Test
    void aLeaderHandsOverToAHealthyMemberOfAHigherPriorityAfterAWhile() {
        CoreUnderTest leader = member(TWO_IS_PREFERRED).toEstablishedLeader();
        assertThat(messages(ticks(leader, 8 * T - 1), Message.TimeoutNow.class))
                .as("it has led for too short a time")
                .isEmpty();
        assertThat(ticks(leader, 2)).contains(new Effect.Send(TWO, new Message.TimeoutNow(1)));
    }

    @Test
    void aLeaderOfTheHighestPriorityKeepsTheLeadership() {
        for (Configuration configuration : List.of(voters(3), voters(3).withPriority(SELF, 2))) {
            CoreUnderTest leader = member(configuration).toEstablishedLeader();
            assertThat(messages(ticks(leader, 100 * T), Message.TimeoutNow.class))
                    .isEmpty();
        }
    }

    @Test
    void whoWasAwayOrLacksWhatIsCommittedIsNotHandedTheLeadership() {
        CoreUnderTest leader = member(TWO_IS_PREFERRED).toEstablishedLeader();
        leader.propose(1);
        leader.syncAll();
        assertThat(messages(ticks(leader, 30 * T, TWO), Message.TimeoutNow.class))
                .isEmpty();
        assertThat(leader.propose(1))
                .as("no transfer is under way")
                .isNotEmpty()
                .noneMatch(effect -> effect instanceof Effect.RejectProposals);
    }

    @Test
    void aTransferThatFailsIsTriedAgainAfterTwiceTheTime() {
        CoreUnderTest leader = member(TWO_IS_PREFERRED).toEstablishedLeader();
        // It is told to campaign, and does not: the application may not want it to lead.
        assertThat(attempts(ticks(leader, 9 * T + 2))).isEqualTo(1);
        assertThat(attempts(ticks(leader, 15 * T))).isZero();
        assertThat(attempts(ticks(leader, 3 * T))).isEqualTo(1);
        assertThat(attempts(ticks(leader, 31 * T))).isZero();
        assertThat(attempts(ticks(leader, 3 * T))).isEqualTo(1);
    }

    @Test
    void aLeaderWhosePriorityBecomesZeroHandsOver() {
        CoreUnderTest leader = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        ticks(leader, 8 * T);
        leader.step(new Event.ConfigurationProposed(NEVER_SELF));
        leader.syncAll();
        assertThat(messages(ticks(leader, 2 * T), Message.TimeoutNow.class)).isNotEmpty();
    }

    @Test
    void nobodyOfPriorityZeroIsChosen() {
        Configuration configuration = voters(3).withPriority(TWO, 0);
        CoreUnderTest leader = member(configuration).toEstablishedLeader();
        assertThat(leader.step(new Event.TransferRequested(TWO)))
                .containsExactly(new Effect.TransferRefused(TWO, Rejection.BAD_TRANSFER_TARGET));
        List<Effect> resigned = leader.step(new Event.LeadershipBarred(true));
        assertThat(resigned).contains(new Effect.Send(THREE, new Message.TimeoutNow(1)));
    }

    // --- giving way

    private static List<MemberId> told(List<Effect> effects) {
        return effects(effects, Effect.Send.class).stream()
                .filter(send -> send.message() instanceof Message.TimeoutNow)
                .map(Effect.Send::to)
                .toList();
    }

    /** Led for long enough that its followers count as present. */
    private static CoreUnderTest settledLeader(Configuration configuration) {
        CoreUnderTest leader = member(configuration).toEstablishedLeader();
        ticks(leader, 5 * T);
        return leader;
    }

    private static List<Effect> giveWay(CoreUnderTest leader, MemberId target) {
        List<Effect> all = new ArrayList<>(leader.step(new Event.GiveWayRequested(target)));
        all.addAll(leader.flush());
        return all;
    }

    @Test
    void aLeaderThatIsUnwellGivesWayToWhomItIsTold() {
        CoreUnderTest leader = settledLeader(voters(3));
        assertThat(told(giveWay(leader, THREE))).containsExactly(THREE);
        // To be asked again joins the transfer that is under way.
        assertThat(leader.step(new Event.GiveWayRequested(THREE))).isEmpty();
    }

    @Test
    void nobodyIsGivenWayToThatCouldNotTakeOverAtOnce() {
        CoreUnderTest justElected = member(voters(3)).toEstablishedLeader();
        assertThat(giveWay(justElected, THREE)).containsExactly(refused(THREE, Rejection.TRANSFER_TARGET_NOT_READY));
        CoreUnderTest leader = settledLeader(voters(3));
        leader.propose(1);
        leader.flush();
        leader.syncAll();
        ticks(leader, 3 * T, THREE);
        assertThat(leader.step(new Event.GiveWayRequested(THREE)))
                .as("it lacks what is committed")
                .containsExactly(refused(THREE, Rejection.TRANSFER_TARGET_NOT_READY));
        assertThat(settledLeader(voters(3).withPriority(THREE, 0)).step(new Event.GiveWayRequested(THREE)))
                .containsExactly(refused(THREE, Rejection.BAD_TRANSFER_TARGET));
        assertThat(settledLeader(voters(3)).step(new Event.GiveWayRequested(SELF)))
                .containsExactly(refused(SELF, Rejection.BAD_TRANSFER_TARGET));
        assertThat(CoreUnderTest.ofVoters(3).follow(TWO, 1).step(new Event.GiveWayRequested(THREE)))
                .containsExactly(refused(THREE, Rejection.NOT_LEADER));
    }

    private static Effect refused(MemberId target, Rejection reason) {
        return new Effect.TransferRefused(target, reason);
    }

    /** It has its log, and everything to be seen in that; and would take no notice of being told to campaign. */
    @Test
    void whoeverHasAskedForASnapshotIsNeitherGivenWayToNorASuccessor() {
        CoreUnderTest leader = settledLeader(voters(3));
        EntryId last = leader.status().last();
        leader.step(new Event.Applied(last.index()));
        leader.step(new Event.SnapshotTaken(leader.snapshotMetaAt(last.index()), 0));
        leader.receive(THREE, new Message.SnapshotRequest(leader.status().term(), 0, 0));
        assertThat(giveWay(leader, THREE)).contains(refused(THREE, Rejection.TRANSFER_TARGET_NOT_READY));
        assertThat(told(leader.step(new Event.LeadershipBarred(true)))).containsExactly(TWO);
    }

    @Test
    void aTransferAndAChangeOfMembersAreNotDisturbed() {
        CoreUnderTest leader = settledLeader(voters(3));
        assertThat(told(concat(leader.step(new Event.TransferRequested(TWO)), leader.flush())))
                .containsExactly(TWO);
        assertThat(leader.step(new Event.GiveWayRequested(THREE)))
                .containsExactly(refused(THREE, Rejection.TRANSFER_IN_PROGRESS));
        assertThat(ticks(leader, 2 * T)).contains(new Effect.TransferEnded(TWO, false));

        CoreUnderTest changing = settledLeader(voters(3));
        changing.step(new Event.ConfigurationProposed(TWO_IS_PREFERRED));
        assertThat(changing.step(new Event.GiveWayRequested(THREE)))
                .as("the change is not committed")
                .containsExactly(refused(THREE, Rejection.CHANGE_IN_PROGRESS));
    }

    private static List<Effect> concat(List<Effect> first, List<Effect> second) {
        List<Effect> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    /** Or a member that is unwell would be handed the leadership back that it has just given away. */
    @Test
    void noPriorityBringsBackWhoIsUnwellBeforeThatIsOver() {
        CoreUnderTest leader = member(TWO_IS_PREFERRED).toEstablishedLeader();
        leader.step(new Event.MembersUnwell(Set.of(TWO)));
        assertThat(told(ticks(leader, 50 * T))).isEmpty();
        leader.step(new Event.MembersUnwell(Set.of()));
        assertThat(told(ticks(leader, 2))).contains(TWO);
    }

    // --- changing priorities

    @Test
    void aConfigurationThatDiffersInPrioritiesOrAddressesAloneIsAChangeInOneStep() {
        for (Configuration target : List.of(TWO_IS_PREFERRED, voters(3).withAddresses(TWO, List.of("b:1")))) {
            CoreUnderTest leader = CoreUnderTest.ofVoters(3).toEstablishedLeader();
            assertThat(leader.step(new Event.ConfigurationProposed(target)))
                    .containsExactly(new Effect.AppendConfiguration(id(1, 2), target));
            leader.syncAll();
            assertThat(leader.accepted(TWO, 2)).contains(new Effect.ConfigurationCommitted(2));
        }
    }

    @Test
    void aConfigurationInWhichNobodyMayLeadIsRefused() {
        CoreUnderTest leader = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        Configuration nobody = NEVER_SELF.withPriority(TWO, 0).withPriority(THREE, 0);
        assertThat(leader.step(new Event.ConfigurationProposed(nobody)))
                .containsExactly(new Effect.RejectConfiguration(Rejection.BAD_CONFIGURATION));
    }
}
