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

    @Test
    void whomAJointConfigurationTakesOutIsRemovedOnceThatIsSettled() {
        Configuration before = THREE_VOTERS.withLearner(FOUR, List.of("d:1"));
        Configuration joint = before.without(ONE).without(FOUR).jointFrom(before);

        assertThat(before.hasRemoved(ONE)).isFalse();
        assertThat(joint.hasRemoved(ONE)).as("an outgoing voter").isFalse();
        assertThat(joint.hasRemoved(FOUR))
                .as("a learner, on whom nothing depends")
                .isTrue();
        assertThat(joint.settled().hasRemoved(ONE)).isTrue();
        assertThat(joint.settled().hasRemoved(TWO)).isFalse();
    }

    @Test
    void aMemberHasThePriorityOneUnlessAnotherWasSaid() {
        Configuration preferred = THREE_VOTERS.withPriority(TWO, 5).withPriority(THREE, 0);

        assertThat(preferred.priority(ONE)).isEqualTo(1);
        assertThat(preferred.priority(TWO)).isEqualTo(5);
        assertThat(preferred.priority(THREE)).isZero();
        assertThat(preferred.highestPriority()).isEqualTo(5);
        assertThat(preferred.withPriority(TWO, 1).withPriority(THREE, 1))
                .as("as if nothing had been said")
                .isEqualTo(THREE_VOTERS);
    }

    @Test
    void otherChangesLeavePrioritiesAsTheyAre() {
        Configuration preferred = THREE_VOTERS.withPriority(TWO, 5);
        List<Configuration> changed = List.of(
                preferred.withVoter(FOUR, List.of("d:1")),
                preferred.withLearner(FOUR, List.of("d:1")).withPromoted(FOUR),
                preferred.withAddresses(TWO, List.of("elsewhere:1")),
                preferred.without(ONE),
                preferred.jointFrom(THREE_VOTERS),
                preferred.jointFrom(THREE_VOTERS).settled());

        assertThat(changed).allMatch(configuration -> configuration.priority(TWO) == 5);
        assertThat(preferred.without(TWO).priorities()).isEmpty();
    }

    @Test
    void whoVotesInTheOldHalfOfAJointConfigurationKeepsItsPriorityUntilItIsOver() {
        Configuration target = THREE_VOTERS.without(ONE).without(TWO).withVoter(FOUR, List.of("d:1"));

        Configuration joint = target.jointFrom(THREE_VOTERS.withPriority(ONE, 0));

        assertThat(joint.priority(ONE)).isZero();
        assertThat(joint.settled()).isEqualTo(target);
    }

    @Test
    void aWitnessStaysOneThroughEveryChangeAndHasThePriorityZero() {
        Configuration witnessed = THREE_VOTERS.withWitnesses(new TreeSet<>(Set.of(THREE)));
        assertThat(witnessed.priority(THREE)).isZero();
        assertThat(List.of(
                        witnessed.withVoter(FOUR, List.of()),
                        witnessed.withLearner(FOUR, List.of()),
                        witnessed.withAddresses(TWO, List.of("b:1")),
                        witnessed.withPriority(TWO, 4),
                        witnessed.without(TWO),
                        witnessed.withVoter(FOUR, List.of()).jointFrom(witnessed),
                        witnessed.without(THREE).jointFrom(witnessed),
                        witnessed.without(TWO).jointFrom(witnessed).settled()))
                .allMatch(configuration -> configuration.witnesses().equals(Set.of(THREE)));
        assertThat(witnessed.without(THREE).witnesses()).isEmpty();
        assertThat(witnessed.without(THREE).jointFrom(witnessed).settled().witnesses())
                .isEmpty();
        Configuration learning = THREE_VOTERS.withWitnessLearner(FOUR, List.of());
        assertThat(learning.isWitness(FOUR)).isTrue();
        assertThat(learning.withPromoted(FOUR).isWitness(FOUR)).isTrue();
        assertThatThrownBy(() -> witnessed.withPriority(THREE, 2)).hasMessageContaining("never leads");
        assertThatThrownBy(() -> THREE_VOTERS.withWitnesses(new TreeSet<>(Set.of(FOUR))))
                .hasMessageContaining("is a witness, and is none");
        assertThat(witnessed.without(ONE).without(TWO).canHaveLeader()).isFalse();
        assertThat(witnessed.keepsKindsOf(THREE_VOTERS)).isFalse();
        assertThat(witnessed.keepsKindsOf(THREE_VOTERS.without(THREE))).isTrue();
    }

    @Test
    void prioritiesAreThoseOfMembersAndNotNegative() {
        assertThatThrownBy(() -> THREE_VOTERS.withPriority(FOUR, 2)).hasMessage("member 4 has a priority, and is none");
        assertThatThrownBy(() -> THREE_VOTERS.withPriority(ONE, -1)).hasMessageContaining("the least is 0");
    }

    @Test
    void withoutAVoterThatMayLeadThereCanBeNoLeader() {
        Configuration two = THREE_VOTERS.withPriority(ONE, 0).withPriority(TWO, 0);
        assertThat(two.canHaveLeader()).isTrue();
        assertThat(two.withPriority(THREE, 0).canHaveLeader()).isFalse();
        assertThat(two.without(THREE).canHaveLeader()).isFalse();
    }

    /** An application may not say where members are reached, although others did before. */
    @Test
    void aTargetWithoutAddressesIsTheOutcomeAllTheSame() {
        Configuration target = Configuration.of(members(THREE, FOUR));

        assertThat(target.jointFrom(THREE_VOTERS).settled()).isEqualTo(target);
    }
}
