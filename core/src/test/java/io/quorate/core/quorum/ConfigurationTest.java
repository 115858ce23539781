package io.quorate.core.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ConfigurationTest {

    private static final MemberId ONE = new MemberId(1);
    private static final MemberId TWO = new MemberId(2);
    private static final MemberId THREE = new MemberId(3);
    private static final MemberId FOUR = new MemberId(4);

    private static final Configuration THREE_VOTERS =
            Configuration.of(new TreeMap<>(Map.of(ONE, List.of("a:1"), TWO, List.of("b:1"), THREE, List.of("c:1"))));

    private static SortedSet<MemberId> members(MemberId... ids) {
        return new TreeSet<>(Set.of(ids));
    }

    @Test
    void aVoterComesWithWhereItIsReached() {
        Configuration four = THREE_VOTERS.withVoter(FOUR, List.of("d:1", "d:2"));

        assertThat(four.voters()).containsExactly(ONE, TWO, THREE, FOUR);
        assertThat(four.addresses().get(FOUR)).containsExactly("d:1", "d:2");
        assertThat(four.addresses()).containsAllEntriesOf(THREE_VOTERS.addresses());
    }

    /** Corner case 20. */
    @Test
    void anUpdateOfAMemberNeverTurnsAVoterIntoALearnerOrBack() {
        Configuration withLearner = THREE_VOTERS.withLearner(FOUR, List.of("d:1"));

        Configuration voterMoved = withLearner.withAddresses(TWO, List.of("elsewhere:1"));
        Configuration learnerMoved = withLearner.withAddresses(FOUR, List.of("elsewhere:1"));

        for (Configuration updated : List.of(voterMoved, learnerMoved)) {
            assertThat(updated.voters()).isEqualTo(withLearner.voters());
            assertThat(updated.learners()).isEqualTo(withLearner.learners());
        }
        assertThat(voterMoved.addresses().get(TWO)).containsExactly("elsewhere:1");
        assertThat(learnerMoved.addresses().get(FOUR)).containsExactly("elsewhere:1");
    }

    @Test
    void aPromotedLearnerVotesAndStaysWhereItIs() {
        Configuration promoted = THREE_VOTERS.withLearner(FOUR, List.of("d:1")).withPromoted(FOUR);

        assertThat(promoted).isEqualTo(THREE_VOTERS.withVoter(FOUR, List.of("d:1")));
    }

    @Test
    void whoWasRemovedIsRememberedAndDoesNotComeBack() {
        Configuration two = THREE_VOTERS.without(TWO);

        assertThat(two.isMember(TWO)).isFalse();
        assertThat(two.addresses()).doesNotContainKey(TWO);
        assertThat(two.removed()).containsExactly(TWO);
        assertThatThrownBy(() -> two.withVoter(TWO, List.of("b:1"))).hasMessageContaining("2 was removed");
        assertThatThrownBy(() -> two.withLearner(TWO, List.of())).hasMessageContaining("2 was removed");
    }

    @Test
    void onlyMembersHaveAddresses() {
        assertThatThrownBy(() -> THREE_VOTERS.withAddresses(FOUR, List.of("d:1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("member 4 has an address, and is none");
    }

    /** Whoever waits for the target knows by it that the change is over. */
    @Test
    void aJointConfigurationReachesAllAndLeadsToTheVeryTarget() {
        Configuration target = THREE_VOTERS.without(ONE).without(TWO).withVoter(FOUR, List.of("d:1"));

        Configuration joint = target.jointFrom(THREE_VOTERS);

        assertThat(joint.isJoint()).isTrue();
        assertThat(joint.addresses()).containsOnlyKeys(ONE, TWO, THREE, FOUR);
        assertThat(joint.removed()).isEqualTo(members(ONE, TWO));
        assertThat(joint.settled()).isEqualTo(target);
    }

    /** An application may not say where members are reached, although others did before. */
    @Test
    void aTargetWithoutAddressesIsTheOutcomeAllTheSame() {
        Configuration target = Configuration.of(members(THREE, FOUR));

        assertThat(target.jointFrom(THREE_VOTERS).settled()).isEqualTo(target);
    }
}
