package io.quorate.server.autopilot;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.MemberId;
import io.quorate.server.autopilot.Picture.Condition;
import io.quorate.server.members.MemberChange;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is done, what is waited for, and what is left alone. */
class AutopilotRulesTest {

    private static final Duration STEADY = Duration.ofSeconds(30);
    private static final Duration DEAD = Duration.ofMinutes(10);

    private static final AutopilotPolicy PROMOTES =
            new AutopilotPolicy(Optional.of(STEADY), Optional.empty(), List.of(), false);

    private static AutopilotPolicy replaces(String... spares) {
        return new AutopilotPolicy(Optional.empty(), Optional.of(DEAD), List.of(spares), false);
    }

    private static AutopilotPolicy balances(String... spares) {
        return new AutopilotPolicy(Optional.empty(), Optional.empty(), List.of(spares), true);
    }

    private static AutopilotPolicy all(String... spares) {
        return new AutopilotPolicy(Optional.of(STEADY), Optional.of(DEAD), List.of(spares), true);
    }

    private static Judgement judge(AutopilotPolicy policy, Pictures seen) {
        return new AutopilotRules(policy, seen.get()).judge();
    }

    /** What is done must be one change, made for the members that are there. */
    private static Judgement.Act act(AutopilotPolicy policy, Pictures seen, String title) {
        Judgement judgement = judge(policy, seen);
        assertThat(judgement).isInstanceOf(Judgement.Act.class);
        Judgement.Act act = (Judgement.Act) judgement;
        assertThat(act.title()).isEqualTo(title);
        assertThat(act.reason()).isNotBlank();
        assertThat(act.change().expectedVoters())
                .containsExactlyElementsOf(seen.get().voters().stream()
                        .map(Picture.Member::id)
                        .collect(Collectors.toCollection(TreeSet::new)));
        assertThat(act.change().expectedLearners())
                .containsExactlyElementsOf(seen.get().learners().stream()
                        .map(Picture.Member::id)
                        .collect(Collectors.toCollection(TreeSet::new)));
        return act;
    }

    private static MemberChange.OfOne promote(int id) {
        return new MemberChange.Promote(new MemberId(id));
    }

    private static MemberChange.OfOne remove(int id) {
        return new MemberChange.Remove(new MemberId(id));
    }

    private static void assertNothing(AutopilotPolicy policy, Pictures seen, String... why) {
        Judgement judgement = judge(policy, seen);
        assertThat(judgement).isInstanceOf(Judgement.Nothing.class);
        assertThat(((Judgement.Nothing) judgement).why()).contains(Arrays.asList(why));
    }

    private static void assertWaits(AutopilotPolicy policy, Pictures seen, Duration left, String what) {
        Judgement judgement = judge(policy, seen);
        assertThat(judgement).isInstanceOf(Judgement.Waiting.class);
        assertThat(((Judgement.Waiting) judgement).left()).isEqualTo(left);
        assertThat(((Judgement.Waiting) judgement).what()).contains(what);
    }

    @Test
    void whatIsNotNamedIsNotDone() {
        Pictures seen = Pictures.voters("z1", "z1", "z2").learner("z3").silent("b", Pictures.LONG);
        assertNothing(
                new AutopilotPolicy(Optional.of(STEADY), Optional.empty(), List.of("d"), false),
                seen,
                "as the policy wants");
        assertNothing(
                balances("e"),
                Pictures.voters("z1", "z2", "z3").silent("b", Pictures.LONG).learner("z1"),
                "as the policy wants");
        assertNothing(replaces("d"), Pictures.voters("z1", "z1", "z2").learner("z3"), "as the policy wants");
        assertNothing(all("x"), Pictures.voters(3), "as the policy wants");
    }

    // ---- what forbids everything

    @Test
    void nothingIsDoneWhileAnythingElseIsGoingOnOrWrong() {
        assertThat(judge(all("e"), promotable())).isInstanceOf(Judgement.Act.class);
        assertThat(judge(all("e"), replaceable())).isInstanceOf(Judgement.Act.class);
        for (boolean dead : new boolean[] {false, true}) {
            assertNothing(all("e"), seen(dead).operation("members add f"), "an operation is under way: members add f");
            assertNothing(all("e"), seen(dead).joint(), "a change of members is under way");
            assertNothing(all("e"), seen(dead).alarm("NOSPACE"), "an alarm is raised: NOSPACE");
            assertNothing(all("e"), seen(dead).differs("c"), "the state of c differs");
            assertNothing(all("e"), seen(dead).differs("a"), "the state of a differs");
            assertNothing(
                    all("e"),
                    seen(dead).silent("c", Duration.ZERO).is("b", Condition.BEHIND, Duration.ZERO),
                    "1 of 3 voters are well, which is no quorum");
        }
    }

    private static Pictures seen(boolean dead) {
        return dead ? replaceable() : promotable();
    }

    private static Pictures promotable() {
        return Pictures.voters(3).learner("");
    }

    private static Pictures replaceable() {
        return Pictures.voters(3).learner("").learner("").silent("b", DEAD).is("d", Condition.BEHIND, DEAD);
    }

    // ---- promotion

    @Test
    void aLearnerThatHasBeenSteadyIsPromoted() {
        Judgement.Act act =
                act(PROMOTES, Pictures.voters(3).learner("").is("d", Condition.STEADY, STEADY), "promote d");
        assertThat(act.change().changes()).containsExactly(promote(4));
        assertThat(act.reason())
                .contains("learner d has been caught up for 30 s")
                .contains("promote-learners-after is 30 s");
        act(PROMOTES, Pictures.voters(1).learner(""), "promote b");
    }

    @Test
    void aLearnerThatHasNotBeenSteadyForLongEnoughIsWaitedFor() {
        assertWaits(
                PROMOTES,
                Pictures.voters(3).learner("").is("d", Condition.STEADY, STEADY.minusSeconds(12)),
                Duration.ofSeconds(12),
                "learner d is promoted once it has been caught up for 30 s");
        assertWaits(
                PROMOTES,
                Pictures.voters(3)
                        .learner("")
                        .learner("")
                        .is("d", Condition.STEADY, Duration.ofSeconds(1))
                        .is("e", Condition.STEADY, Duration.ofSeconds(20)),
                Duration.ofSeconds(10),
                "learner e");
    }

    @Test
    void aLearnerThatLagsOrIsSilentOrHasNoNameIsNotPromoted() {
        assertNothing(
                PROMOTES,
                Pictures.voters(3).learner("").is("d", Condition.BEHIND, STEADY),
                "d is not promoted: it has not caught up");
        assertNothing(
                PROMOTES, Pictures.voters(3).learner("").silent("d", STEADY), "d is not promoted: it is not heard of");
        assertNothing(PROMOTES, Pictures.voters(3).learner("").nameless("d"), "not told its name");
    }

    @Test
    void aSpareStaysALearner() {
        assertNothing(all("d"), Pictures.voters(3).learner(""), "as the policy wants");
    }

    @Test
    void whileAVoterIsNotWellALearnerIsPromotedOnlyIfThatLetsMoreFail() {
        assertNothing(
                PROMOTES,
                Pictures.voters(3).learner("").silent("b", Duration.ZERO),
                "voter b is not well, and no more failures would be withstood");
        assertNothing(
                PROMOTES,
                Pictures.voters(3).learner("").is("b", Condition.BEHIND, Duration.ZERO),
                "voter b is not well");
        act(PROMOTES, Pictures.voters(4).learner("").silent("b", Duration.ZERO), "promote e");
    }

    /** With four voters in three zones two are in one of them, and its loss would cost the quorum; with five it does not. */
    @Test
    void whereOneMoreMakesAZoneTooHeavyTwoAreLetVoteAtOnce() {
        assertNothing(
                PROMOTES,
                Pictures.voters("z1", "z2", "z3").learner("z1"),
                "learner d is not promoted: the loss of fewer zones would be withstood");
        Judgement.Act act =
                act(PROMOTES, Pictures.voters("z1", "z2", "z3").learner("z1").learner("z2"), "promote d and e");
        assertThat(act.change().changes()).containsExactly(promote(4), promote(5));
        assertNothing(
                PROMOTES, Pictures.voters("z1", "z2", "z3").learner("z1").learner("z1"), "d and e is not promoted");
        act(
                PROMOTES,
                Pictures.voters("z1", "z2", "z3").learner("z1").learner("z1").learner("z4"),
                "promote f");
    }

    // ---- replacement

    @Test
    void aSpareTakesThePlaceOfADeadVoterInOneChange() {
        Judgement.Act act =
                act(replaces("d"), Pictures.voters(3).learner("").silent("b", DEAD), "d takes the place of b");
        assertThat(act.change().changes()).containsExactlyInAnyOrder(remove(2), promote(4));
        assertThat(act.reason())
                .isEqualTo(
                        "voter b has not been heard of for 10 min (replace-dead-after is 10 min), and spare d has been caught"
                                + " up for 60 min");
    }

    @Test
    void theDeadAreWaitedForAsLongAsThePolicySays() {
        assertWaits(
                replaces("d"),
                Pictures.voters(5)
                        .learner("")
                        .silent("b", Duration.ofMinutes(4))
                        .silent("c", Duration.ofMinutes(9)),
                Duration.ofMinutes(1),
                "a spare takes the place of c, which has not been heard of for 9 min");
    }

    @Test
    void aVoterThatOnlyLagsIsNotReplaced() {
        assertNothing(
                replaces("d"), Pictures.voters(3).learner("").is("b", Condition.BEHIND, DEAD), "as the policy wants");
    }

    @Test
    void aDeadVoterIsReplacedEvenIfItsStateWasFoundToDiffer() {
        act(replaces("d"), Pictures.voters(3).learner("").silent("b", DEAD).differs("b"), "d takes the place of b");
    }

    @Test
    void ofSeveralDeadTheOneThatHasBeenSoTheLongestComesFirst() {
        Judgement.Act act = act(
                replaces("f", "g"),
                Pictures.voters(5).learner("").learner("").silent("b", DEAD).silent("c", DEAD.plusSeconds(1)),
                "f takes the place of c");
        assertThat(act.change().changes()).hasSize(2);
    }

    @Test
    void onlyASpareThatIsWellTakesAPlace() {
        AutopilotPolicy policy = replaces("d");
        assertNothing(
                policy,
                Pictures.voters(3).learner("").silent("b", DEAD).silent("d", DEAD),
                "no spare can take the place of b",
                "d is not heard of");
        assertNothing(
                policy,
                Pictures.voters(3).learner("").silent("b", DEAD).is("d", Condition.BEHIND, DEAD),
                "d has not caught up");
        assertNothing(replaces("x"), Pictures.voters(3).learner("").silent("b", DEAD), "x is no member");
        assertNothing(replaces("c"), Pictures.voters(3).learner("").silent("b", DEAD), "c votes already");
        assertWaits(
                policy,
                Pictures.voters(3).learner("").silent("b", DEAD).is("d", Condition.STEADY, Duration.ofSeconds(4)),
                Duration.ofSeconds(6),
                "d takes the place of b");
        act(
                replaces("d", "e"),
                Pictures.voters(3).learner("").learner("").silent("b", DEAD).silent("d", DEAD),
                "e takes the place of b");
    }

    @Test
    void aSpareInTheSameZoneIsPreferredAndThenOneWhereTheFewestVotersAre() {
        AutopilotPolicy policy = replaces("d", "e", "f");
        act(
                policy,
                Pictures.voters("z1", "z2", "z3")
                        .learner("z1")
                        .learner("z4")
                        .learner("z2")
                        .silent("b", DEAD),
                "f takes the place of b");
        act(
                policy,
                Pictures.voters("z1", "z2", "z3")
                        .learner("z1")
                        .learner("z4")
                        .learner("z3")
                        .silent("b", DEAD),
                "e takes the place of b");
        act(policy, Pictures.voters(3).learner("").learner("").learner("").silent("b", DEAD), "d takes the place of b");
    }

    // ---- balance

    @Test
    void aSpareInAZoneWithoutVotersTakesAPlaceIfAnyZoneMayThenBeLost() {
        Judgement.Act act =
                act(balances("d"), Pictures.voters("z1", "z1", "z2").learner("z3"), "d (z3) takes the place of b (z1)");
        assertThat(act.change().changes()).containsExactlyInAnyOrder(remove(2), promote(4));
        assertThat(act.reason()).contains("2 of 3 voters are in z1");
        act(
                balances("f"),
                Pictures.voters("z1", "z2", "z2", "z2", "z1").learner("z3"),
                "f (z3) takes the place of b (z2)");
    }

    @Test
    void zonesAreLeftAloneIfASwapWouldNotHelpOrTheLeaderWouldHaveToGo() {
        assertNothing(balances("d"), Pictures.voters("z1", "z2", "z3").learner("z4"), "as the policy wants");
        assertNothing(balances("d"), Pictures.voters("z1", "z1", "z1").learner("z2"), "zones are not balanced");
        assertNothing(balances("d"), Pictures.voters("z1", "z1", "z2").learner("z2"), "zones are not balanced");
        assertNothing(balances("d"), Pictures.voters("z1", "z1", "").learner("z3"), "as the policy wants");
        assertNothing(balances("d"), Pictures.voters("z1", "z1", "z2").learner(""), "zones are not balanced");
        assertNothing(
                balances("d"),
                Pictures.voters("z1", "z1", "z2").learner("z3").is("d", Condition.BEHIND, Pictures.LONG),
                "d has not caught up");
        assertNothing(balances("b"), Pictures.voters("z1").learner("z2"), "zones are not balanced");
    }

    @Test
    void zonesAreBalancedOnlyWhileAllVotersAreWell() {
        Pictures unbalanced = Pictures.voters("z1", "z1", "z2", "z2", "z1").learner("z3");
        act(balances("f"), unbalanced, "f (z3) takes the place of b (z1)");
        assertNothing(balances("f"), unbalanced.silent("d", Duration.ZERO), "while voter d is not well");
        assertWaits(
                balances("f"),
                unbalanced.is("d", Condition.STEADY, Duration.ofSeconds(3)),
                Duration.ofSeconds(7),
                "once all voters have been well for 10 s");
        assertWaits(
                balances("f"),
                unbalanced.is("d", Condition.STEADY, Pictures.LONG).is("f", Condition.STEADY, Duration.ofSeconds(9)),
                Duration.ofSeconds(1),
                "f (z3) takes the place of b (z1), once it has been caught up for 10 s");
    }

    // ---- witnesses

    @Test
    void aWitnessThatLearnsIsPromotedUnlessFewerMembersWithDataCouldBeLostThen() {
        act(PROMOTES, Pictures.voters(2).learner("").witnesses("c"), "promote c");
        act(PROMOTES, Pictures.voters(3).learner("").witnesses("c"), "promote d");
        // Of three with data each entry is at two; with two witnesses beside them it may be at one and the witnesses.
        assertNothing(
                PROMOTES,
                Pictures.voters(4).learner("").witnesses("d", "e"),
                "learner e is not promoted: a witness more could be in the place of a member with data");
    }

    @Test
    void aDeadVoterWithDataIsReplacedByASpareWithDataAlone() {
        Judgement.Act act = replacedByEAndNotByD(
                "b",
                Pictures.voters(3).learner("").learner("").witnesses("c", "d"),
                "no spare can take the place of b, which",
                "d is a witness, and holds no data");
        assertThat(act.change().changes()).containsExactlyInAnyOrder(remove(2), promote(5));
    }

    @Test
    void aDeadWitnessIsReplacedByASpareWitnessAlone() {
        Judgement.Act act = replacedByEAndNotByD(
                "c",
                Pictures.voters(3).learner("").learner("").witnesses("c", "e"),
                "no spare can take the place of witness c, which",
                "d is no witness, and not for one's place");
        assertThat(act.change().changes()).containsExactlyInAnyOrder(remove(3), promote(5));
        assertThat(act.reason()).startsWith("witness c has not been heard of for 10 min");
    }

    /** With d as the only spare nothing is done, for the reasons given; e takes the place, once it is a spare. */
    private Judgement.Act replacedByEAndNotByD(String dead, Pictures members, String... reasons) {
        Pictures seen = members.silent(dead, DEAD);
        assertNothing(replaces("d"), seen, reasons);
        return act(replaces("d", "e"), seen, "e takes the place of " + dead);
    }

    @Test
    void aDeadWitnessDoesNotHoldUpTheReplacementOfAVoterWithData() {
        act(
                replaces("f"),
                Pictures.voters(5)
                        .learner("")
                        .witnesses("c")
                        .silent("c", DEAD.plusSeconds(60))
                        .silent("b", DEAD),
                "f takes the place of b");
    }

    @Test
    void theOnlyVoterWithDataStaysWhateverSparesThereAre() {
        assertNothing(
                all("c", "d"),
                Pictures.voters("z1", "z1").learner("z2").learner("z3").witnesses("b", "c"),
                "zones are not balanced");
    }

    /** Of two with data and three witnesses, any zone's loss leaves a majority; but not one that holds data, if both are in it. */
    @Test
    void zonesAreBalancedByVotesAndBySomebodyWithDataBesideThem() {
        String[] zones = {"z1", "z1", "z2", "z3", "z4"};
        assertNothing(
                balances("f"),
                Pictures.voters(zones).learner("z5").witnesses("c", "d", "e", "f"),
                "zones are not balanced");
        Judgement.Act act = act(
                balances("f"),
                Pictures.voters(zones).learner("z2").witnesses("c", "d", "e"),
                "f (z2) takes the place of b (z1)");
        assertThat(act.reason()).contains("2 of 5 voters are in z1, and none with data is in z2: afterwards");
        assertNothing(
                balances("f"),
                Pictures.voters("z1", "z2", "z2", "z3", "z4").learner("z5").witnesses("c", "d", "e"),
                "as the policy wants");
        act(
                balances("d"),
                Pictures.voters("z1", "z2", "z2").learner("z3").witnesses("c", "d"),
                "d (z3) takes the place of c (z2)");
    }

    // ---- what comes first

    @Test
    void theDeadComeBeforeLearnersAndThoseBeforeZones() {
        act(all("f"), Pictures.voters(4).learner("").learner("").silent("b", DEAD), "f takes the place of b");
        act(all("e"), Pictures.voters("z1", "z1", "z2").learner("z4").learner("z3"), "promote d");
        assertWaits(
                all("f"),
                Pictures.voters(3)
                        .learner("")
                        .silent("b", DEAD.minusSeconds(20))
                        .is("d", Condition.STEADY, Duration.ofSeconds(15)),
                Duration.ofSeconds(15),
                "learner d");
    }
}
