package io.quorate.core;

import static io.quorate.core.CoreUnderTest.SELF;
import static io.quorate.core.CoreUnderTest.THREE;
import static io.quorate.core.CoreUnderTest.TWO;
import static io.quorate.core.CoreUnderTest.append;
import static io.quorate.core.CoreUnderTest.appendConfiguration;
import static io.quorate.core.CoreUnderTest.effects;
import static io.quorate.core.CoreUnderTest.hardState;
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

/** How members come and go (paper section 6, thesis 4). */
class MembershipChangeTest {

    private static final MemberId FOUR = new MemberId(4);
    private static final MemberId FIVE = new MemberId(5);

    private static List<Effect> change(CoreUnderTest core, Configuration target) {
        return core.step(new Event.ConfigurationProposed(target));
    }

    private static Configuration of(MemberId... voters) {
        return Configuration.of(Set.of(voters));
    }

    private static Configuration joint(Set<MemberId> incoming, Set<MemberId> outgoing) {
        return new Configuration(new TreeSet<>(incoming), new TreeSet<>(outgoing), new TreeSet<>());
    }

    @Test
    void oneVoterMoreIsOneStep() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        assertThat(change(core, voters(4))).containsExactly(new Effect.AppendConfiguration(id(1, 2), voters(4)));
        assertThat(messages(core.flush(), Message.AppendRequest.class))
                .as("the new member gets the log at once")
                .hasSize(3);
        core.syncAll();
        core.accepted(TWO, 2);
        assertThat(core.status().commitIndex())
                .as("two of four are no majority")
                .isEqualTo(1);
        core.accepted(FOUR, 2);
        assertThat(core.status().commitIndex()).isEqualTo(2);
    }

    /** Corner case 5: it knows that it is on its own, and need not disturb the others to find out. */
    @Test
    void whoeverIsRemovedHearsThatItIsCommittedAndNothingAfterwards() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        change(core, of(SELF, TWO));
        core.flush();
        core.syncAll();
        core.accepted(THREE, 2);

        List<Effect> committed = core.accepted(TWO, 2);

        assertThat(core.status().commitIndex()).isEqualTo(2);
        assertThat(committed)
                .contains(new Effect.Send(
                        THREE,
                        new Message.AppendRequest(
                                1, id(1, 2), EntryBatch.empty(3), core.status().commitIndex())));
        assertThat(messages(core.flush(), Message.AppendRequest.class)).hasSize(1);
        assertThat(core.status().followers())
                .extracting(CoreStatus.FollowerStatus::member)
                .containsExactly(TWO);
    }

    @Test
    void severalVotersAtOnceGoThroughAJointConfigurationThatTheLeaderLeavesByItself() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        Configuration target = of(SELF, FOUR, FIVE);
        Configuration joint = joint(Set.of(SELF, FOUR, FIVE), Set.of(SELF, TWO, THREE));
        assertThat(change(core, target)).containsExactly(new Effect.AppendConfiguration(id(1, 2), joint));
        core.syncAll();
        core.accepted(FOUR, 2);
        assertThat(core.status().commitIndex())
                .as("the old majority has not agreed")
                .isEqualTo(1);
        List<Effect> committed = core.accepted(TWO, 2);
        assertThat(effects(committed, Effect.AppendConfiguration.class))
                .containsExactly(new Effect.AppendConfiguration(id(1, 3), target));
        assertThat(core.status().configuration()).isEqualTo(target);
    }

    @Test
    void aNewLeaderLeavesTheJointConfigurationThatItFinds() {
        Configuration joint = joint(Set.of(SELF, TWO), Set.of(SELF, THREE));
        CoreUnderTest core = new CoreUnderTest(restored(joint, HardState.INITIAL)).toLeader();
        core.flush();
        core.syncAll();
        core.accepted(TWO, 1);
        assertThat(effects(core.accepted(THREE, 1), Effect.AppendConfiguration.class))
                .containsExactly(new Effect.AppendConfiguration(id(1, 2), of(SELF, TWO)));
    }

    @Test
    void cornerCase16_aChangeIsAcceptedOnlyAfterAnEntryOfTheLeadersOwnTermIsCommitted() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toLeader();
        assertThat(change(core, voters(4)))
                .containsExactly(new Effect.RejectConfiguration(Rejection.NOTHING_COMMITTED_YET));
    }

    @Test
    void cornerCase16_oneChangeAtATime() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        change(core, voters(4));
        assertThat(change(core, voters(5)))
                .containsExactly(new Effect.RejectConfiguration(Rejection.CHANGE_IN_PROGRESS));
        core.syncAll();
        core.accepted(TWO, 2);
        core.accepted(THREE, 2);
        assertThat(effects(change(core, voters(5)), Effect.AppendConfiguration.class))
                .hasSize(1);
    }

    @Test
    void aConfigurationWithoutVotersIsRefused() {
        CoreUnderTest core = CoreUnderTest.ofVoters(1).toEstablishedLeader();
        assertThat(change(core, of())).containsExactly(new Effect.RejectConfiguration(Rejection.BAD_CONFIGURATION));
    }

    @Test
    void whoDoesNotLeadRefuses() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).follow(TWO, 1);
        assertThat(change(core, voters(4))).containsExactly(new Effect.RejectConfiguration(Rejection.NOT_LEADER));
    }

    @Test
    void cornerCase19_aLeaderThatRemovesItselfDoesNotCountItselfAndStepsDownWhenTheChangeIsCommitted() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        change(core, of(TWO, THREE));
        core.syncAll();
        core.accepted(TWO, 2);
        assertThat(core.status().commitIndex())
                .as("one of two, the leader does not count")
                .isEqualTo(1);
        assertThat(core.status().role()).isEqualTo(RoleName.LEADER);
        List<Effect> committed = core.accepted(THREE, 2);
        assertThat(core.status().commitIndex()).isEqualTo(2);
        assertThat(core.status().role()).isEqualTo(RoleName.FOLLOWER);
        assertThat(messages(committed, Message.TimeoutNow.class)).hasSize(1);
    }

    @Test
    void aVoterThatIsToBeRemovedMayStillCampaignUntilItKnowsTheChangeToBeCommitted() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(1), 1)).follow(TWO, 1);
        core.receive(TWO, appendConfiguration(1, id(1, 1), of(TWO, THREE)));
        core.syncAll();
        assertThat(messages(core.timeOut(), Message.PreVoteRequest.class))
                .as("thesis 4.2.2: its log may be the only one that is long enough")
                .hasSize(2);
        core.receive(TWO, append(2, id(1, 2), 2));
        assertThat(messages(core.timeOut(), Message.PreVoteRequest.class))
                .as("corner case 5: once removed it disturbs nobody")
                .isEmpty();
    }

    @Test
    void cornerCase17_aConfigurationWhoseEntryIsTruncatedIsRolledBack() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        change(core, voters(5));
        assertThat(core.status().configuration().isJoint()).isTrue();
        core.receive(TWO, append(2, id(1, 1), 1, 2));
        assertThat(core.status().configuration()).isEqualTo(voters(3));
    }

    @Test
    void aVoterThatIsMadeALearnerInAJointChangeVotesUntilItEnds() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        Configuration target =
                new Configuration(new TreeSet<>(Set.of(SELF, FOUR)), new TreeSet<>(), new TreeSet<>(Set.of(THREE)));
        change(core, target);
        assertThat(core.status().configuration().isVoter(THREE)).isTrue();
        core.syncAll();
        core.accepted(FOUR, 2);
        core.accepted(THREE, 2);
        assertThat(core.status().configuration()).isEqualTo(target);
        assertThat(core.status().configuration().isVoter(THREE)).isFalse();
    }
}
