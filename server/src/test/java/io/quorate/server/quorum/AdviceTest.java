package io.quorate.server.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is advised to whom. */
class AdviceTest {

    private static List<List<Change>> steps(Topology topology) {
        return Advice.of(topology).recommendations().stream()
                .map(Recommendation::steps)
                .toList();
    }

    private static String text(Topology topology) {
        return String.join(
                "\n",
                Advice.of(topology).recommendations().stream()
                        .map(recommendation -> recommendation.text(topology))
                        .toList());
    }

    private static Drawing alike(String voters) {
        return Drawing.voters(voters);
    }

    @Test
    void nothingIsAdvisedWhereAllIsWell() {
        assertThat(steps(
                        alike("a b c").syncs("a b c", 100).links(500).ledBy("a").done()))
                .isEmpty();
        assertThat(steps(alike("a@z1 b@z2 c@z3 d@z1 e@z2").ledBy("a").done())).isEmpty();
    }

    @Test
    void aLearnerInAThirdZoneIsPromotedIfThenAnyZoneMayFail() {
        Topology topology = Drawing.voters("a@z1 b@z2")
                .learners("d@z3")
                .ledBy("a")
                .syncs("a b d", 100)
                .link("a-b", 1_800)
                .link("a-d", 2_000)
                .link("b-d", 2_500)
                .done();
        assertThat(steps(topology)).startsWith(List.of(new Change.Promote("d")));
        assertThat(text(topology))
                .contains("promote learner d (z3): an even number of voters withstands no more failures than one fewer,"
                        + " tolerates the loss of any one member instead of none and tolerates the loss of any zone;"
                        + " median commit stays 1.90 ms");
    }

    @Test
    void aVoterOfACrowdedZoneMakesPlaceForALearnerElsewhere() {
        Topology topology = Drawing.voters("a@z1 b@z1 c@z2")
                .learners("d@z3")
                .ledBy("a")
                .syncs("a b c d", 100)
                .links(1_900)
                .link("a-b", 300)
                .done();
        assertThat(steps(topology)).startsWith(List.of(new Change.Promote("d"), new Change.Remove("b")));
        assertThat(text(topology))
                .contains("then remove b (z1): tolerates the loss of any zone; median commit 0.40 ms -> 2.00 ms");
    }

    @Test
    void aLearnerThatWouldChangeNothingIsLeftOne() {
        assertThat(steps(alike("a b c").learners("d").ledBy("a").done())).isEmpty();
    }

    @Test
    void aLearnerThatIsBehindIsNotPromoted() {
        assertThat(steps(alike("a b").learners("d").behind("d").ledBy("a").done()))
                .doesNotContain(List.of(new Change.Promote("d")));
    }

    @Test
    void aDeadVoterIsReplacedByALearnerOrElseByANewMember() {
        assertThat(steps(alike("a b c").learners("d").down("c").ledBy("a").done()))
                .containsExactly(List.of(new Change.Remove("c"), new Change.Promote("d")));

        Topology withoutLearner = alike("a b c").down("c").ledBy("a").done();
        assertThat(steps(withoutLearner))
                .containsExactly(List.of(new Change.Remove("c"), new Change.Add("(new member 1)", Optional.empty())));
        assertThat(Advice.of(withoutLearner).notes().getFirst())
                .isEqualTo("c cannot be reached; starting it again with its data costs least");
    }

    @Test
    void deadVotersOfFiveAreRemovedSinceThreeWithstandMoreThanFiveWithoutTwo() {
        assertThat(steps(alike("a b c d e").down("d e").ledBy("a").done()))
                .contains(List.of(new Change.Remove("d"), new Change.Remove("e")));
    }

    @Test
    void ofFourVotersOneIsAddedOrTheOneThatHelpsLeastIsRemoved() {
        Topology topology = alike("a b c d")
                .ledBy("a")
                .syncs("a b c d", 100)
                .links(1_000)
                .link("a-c", 5_000)
                .done();
        assertThat(steps(topology))
                .containsExactly(
                        List.of(new Change.Add("(new member 1)", Optional.empty())), List.of(new Change.Remove("c")));
        assertThat(text(topology))
                .contains("remove c: 4 voters withstand no more failures than 3; median commit stays 1.10 ms");
    }

    @Test
    void oneVoterAloneGetsTwoMore() {
        assertThat(steps(alike("a").ledBy("a").done()))
                .containsExactly(List.of(
                        new Change.Add("(new member 1)", Optional.empty()),
                        new Change.Add("(new member 2)", Optional.empty())));
    }

    @Test
    void twoVotersGetAThirdAndNoneIsTakenAway() {
        assertThat(steps(alike("a b").ledBy("a").done()))
                .containsExactly(List.of(new Change.Add("(new member 1)", Optional.empty())));
    }

    @Test
    void noMachineIsAskedForBesideAVoterThatDoesNotAnswer() {
        assertThat(steps(alike("a b c d").down("d").ledBy("a").done()))
                .noneMatch(steps -> steps.getFirst() instanceof Change.Add);
    }

    @Test
    void leadershipGoesToWhoeverIsNearestToAMajority() {
        Drawing drawing = alike("a b c")
                .syncs("a b c", 100)
                .link("a-b", 5_000)
                .link("a-c", 5_000)
                .link("b-c", 400);
        Topology topology = drawing.ledBy("a").done();
        assertThat(steps(topology)).containsExactly(List.of(new Change.Lead("b")));
        assertThat(text(topology)).endsWith("median commit 5.10 ms -> 0.50 ms");
        assertThat(steps(drawing.ledBy("c").done())).as("it is as near").isEmpty();
        assertThat(steps(drawing.ledBy("a").down("b").done()).stream().flatMap(List::stream))
                .doesNotHaveAnyElementsOfTypes(Change.Lead.class);
    }

    @Test
    void aDifferenceThatIsNoiseMovesNobody() {
        assertThat(steps(alike("a b c")
                        .syncs("a b c", 100)
                        .link("a-b", 350)
                        .link("a-c", 350)
                        .link("b-c", 300)
                        .ledBy("a")
                        .done()))
                .isEmpty();
    }

    @Test
    void withoutAQuorumNoChangeIsAdvised() {
        Advice advice = Advice.of(alike("a b c").down("b c").done());
        assertThat(advice.recommendations()).isEmpty();
        assertThat(advice.notes().getFirst())
                .isEqualTo("there is no quorum, so the members cannot be changed; bring back b, c");
    }

    @Test
    void whileAChangeIsUnderWayNoOtherIsAdvised() {
        Advice advice = Advice.of(alike("a b c d").outgoing("a b c").ledBy("a").done());
        assertThat(advice.recommendations()).isEmpty();
        assertThat(advice.notes()).anyMatch(note -> note.contains("the configuration is joint"));
    }

    @Test
    void allInOneZoneAreSpreadOverThree() {
        Topology topology = alike("a@z1 b@z1 c@z1").ledBy("a").done();
        assertThat(Advice.of(topology).recommendations()).isNotEmpty().allSatisfy(recommendation -> {
            assertThat(recommendation.after().whenAllAreWell().survivesAnyZone())
                    .isTrue();
            assertThat(recommendation.reason()).contains("tolerates the loss of any zone");
        });
    }

    @Test
    void everyStepLeavesAQuorum() {
        for (Drawing drawing : List.of(
                alike("a@z1 b@z1 c@z1").ledBy("a"),
                alike("a b c d e").down("d e").learners("f").ledBy("a"),
                alike("a@z1 b@z1 c@z2").learners("d@z3").down("b").ledBy("a"))) {
            Topology topology = drawing.done();
            for (Recommendation recommendation : Advice.of(topology).recommendations()) {
                Topology changed = topology;
                for (Change step : recommendation.steps()) {
                    changed = changed.with(step);
                    assertThat(FaultTolerance.now(changed).hasQuorum())
                            .as("%s of %s", step, recommendation.steps())
                            .isTrue();
                }
            }
        }
    }
}
