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
        assertThat(leader.step(new Event.TransferRequested(TWO))).containsExactly(new Effect.TransferEnded(TWO, false));
        List<Effect> resigned = leader.step(new Event.LeadershipBarred(true));
        assertThat(resigned).contains(new Effect.Send(THREE, new Message.TimeoutNow(1)));
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
