package io.quorate.server.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.Check.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is refused, and what is warned of, before anything is done. */
class PreflightTest {

    private static final long DISK_BYTES = 50L << 30;

    private static Preflight same(ClusterHealth health) {
        return new Preflight(health, Preflight.Intent.nothingOf(health));
    }

    private static Preflight voters(ClusterHealth health, Set<Long> after, int newcomers) {
        return new Preflight(health, new Preflight.Intent(after, Set.of(), newcomers, Set.of(), false));
    }

    private static Check check(Preflight preflight, String name) {
        return preflight.checks().stream()
                .filter(check -> check.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void assertAllFineBut(Preflight preflight, String name, Verdict verdict) {
        assertThat(preflight.checks().stream()
                        .filter(check -> check.getVerdict() != Verdict.FINE)
                        .collect(Collectors.toMap(Check::getName, Check::getVerdict)))
                .containsOnly(entry(name, verdict));
    }

    @Test
    void aClusterThatIsWellPassesEverything() {
        assertThat(same(Healths.voters(3).get()).checks())
                .allMatch(check -> check.getVerdict() == Verdict.FINE)
                .extracting(Check::getName)
                .doesNotHaveDuplicates()
                .hasSize(9);
    }

    @Test
    void oneVoterAtLeastHoldsDataWhateverTheWitnessesMakeOfTheQuorum() {
        ClusterHealth health = Healths.voters(3).witness(3).get();
        assertThat(check(same(health), "data").getVerdict()).isEqualTo(Verdict.FINE);
        assertThat(check(same(health), "quorum").getFinding()).contains("tolerate 1 failure");

        Preflight one = voters(health, Set.of(1L, 3L), 0);
        assertThat(check(one, "data").getVerdict()).isEqualTo(Verdict.WARNING);
        Preflight none = voters(Healths.voters(4).witness(3).witness(4).get(), Set.of(3L, 4L), 0);
        assertThat(check(none, "data").getVerdict()).isEqualTo(Verdict.REFUSED);
        assertThat(check(none, "quorum").getVerdict()).isEqualTo(Verdict.REFUSED);
    }

    @Test
    void witnessesThatAreToComeHoldNothingEither() {
        Preflight apply = new Preflight(
                Healths.voters(3).get(),
                new Preflight.Intent(Set.of(1L), Set.of(), 2, Set.of(2L, 3L), false).withNewWitnesses(2));
        assertThat(check(apply, "data").getVerdict()).isEqualTo(Verdict.WARNING);
        assertThat(apply.promised()).isZero();

        ClusterHealth learning = Healths.voters(2).learner(3).witness(3).get();
        Preflight promote =
                new Preflight(learning, new Preflight.Intent(Set.of(1L, 2L, 3L), Set.of(3L), 0, Set.of(), false));
        assertThat(check(promote, "data").getFinding()).startsWith("2 healthy voters hold data then");
        assertThat(promote.promised()).isEqualTo(1);
    }

    @Test
    void withoutALeaderThatAMajorityFollowsNothingIsDone() {
        Healths nobodyFollows =
                Healths.voters(3).with(2, Healths.leader(Optional.empty())).with(3, Healths.leader(Optional.of(2L)));
        assertAllFineBut(same(nobodyFollows.get()), "leader", Verdict.REFUSED);
        assertAllFineBut(
                same(Healths.voters(3).with(1, Healths.leader(Optional.empty())).get()), "leader", Verdict.REFUSED);
    }

    @Test
    void whoDoesNotFollowTheLeaderIsNamedAndStandsInNobodysWay() {
        Preflight astray =
                same(Healths.voters(3).with(3, Healths.leader(Optional.empty())).get());
        assertAllFineBut(astray, "leader", Verdict.WARNING);
        assertThat(check(astray, "leader").getFinding()).isEqualTo("a leads in term 7; c does not follow it");
    }

    @Test
    void whatAnOperationCuresDoesNotStandAgainstIt() {
        ClusterHealth sick = Healths.voters(3)
                .with(3, Healths.other("has a state that differs", List.of(), 1 << 20, "1.0", false))
                .get();
        Preflight goes = new Preflight(sick, new Preflight.Intent(Set.of(1L, 2L), Set.of(), 0, Set.of(3L), false));
        assertThat(goes.checks()).noneMatch(check -> check.getVerdict() == Verdict.REFUSED);

        ClusterHealth full = Healths.voters(3)
                .with(2, Healths.other("", List.of("NOSPACE"), 1 << 20, "1.0", false))
                .get();
        assertThat(new Preflight(full, Preflight.Intent.roomFor(full)).checks())
                .noneMatch(check -> check.getVerdict() == Verdict.REFUSED);
        assertThat(same(full).checks())
                .filteredOn(check -> check.getVerdict() == Verdict.REFUSED)
                .extracting(Check::getName)
                .containsExactly("alarms", "disk");
    }

    @Test
    void aLearnerThatIsWaitedForCountsAsIfItHadTheLog() {
        ClusterHealth learning =
                Healths.voters(1).learner(2).with(2, Healths.lastIndex(0)).get();
        Preflight promote =
                new Preflight(learning, new Preflight.Intent(Set.of(1L, 2L), Set.of(2L), 0, Set.of(), false));
        assertThat(promote.promised()).isZero();
        assertThat(check(promote, "quorum").getVerdict()).isEqualTo(Verdict.FINE);
    }

    @Test
    void aRemovalThatLeavesNoQuorumIsRefusedAndOneThatLowersTheReservesIsWarnedOf() {
        ClusterHealth oneSilent = Healths.voters(3).silent(3).get();
        Preflight lessThanAQuorum = voters(oneSilent, Set.of(1L, 3L), 0);
        assertThat(check(lessThanAQuorum, "quorum").getVerdict()).isEqualTo(Verdict.REFUSED);
        assertThat(check(lessThanAQuorum, "quorum").getFinding())
                .isEqualTo("3 voters, 2 of them healthy, tolerate 0 failures; afterwards 2 voters, 1 of them healthy,"
                        + " have no quorum: nothing could be committed any more");

        Preflight theSilentOne = voters(oneSilent, Set.of(1L, 2L), 0);
        assertThat(check(theSilentOne, "quorum").getVerdict()).isEqualTo(Verdict.FINE);
        assertThat(theSilentOne.promised()).isZero();

        Preflight fewer = voters(Healths.voters(3).get(), Set.of(1L, 2L), 0);
        assertAllFineBut(fewer, "quorum", Verdict.WARNING);
        assertThat(voters(Healths.voters(3).get(), Set.of(), 0).promised()).isNegative();
    }

    @Test
    void mostOfTheVotersDoNotGoAtOnceThoughTheRestCouldCommit() {
        ClusterHealth five = Healths.voters(5).get();
        Preflight.Intent twoLeft = new Preflight.Intent(Set.of(1L, 2L), Set.of(), 0, Set.of(3L, 4L, 5L), false);
        Preflight atOnce = new Preflight(five, twoLeft.allAtOnce());
        assertAllFineBut(atOnce, "quorum", Verdict.REFUSED);
        assertThat(check(atOnce, "quorum").getFinding())
                .endsWith(": of 5 voters, 2 would be left, which is less than a quorum; remove fewer of them at once,"
                        + " or one by one with 'members remove'");

        Preflight.Intent threeLeft = new Preflight.Intent(Set.of(1L, 2L, 3L), Set.of(), 0, Set.of(4L, 5L), false);
        assertAllFineBut(new Preflight(five, threeLeft.allAtOnce()), "quorum", Verdict.WARNING);
        Preflight.Intent twoAndANewOne = new Preflight.Intent(Set.of(1L, 2L), Set.of(), 1, Set.of(3L, 4L, 5L), false);
        assertAllFineBut(new Preflight(five, twoAndANewOne.allAtOnce()), "quorum", Verdict.WARNING);
        Preflight.Intent oneOfTwo = new Preflight.Intent(Set.of(1L), Set.of(), 0, Set.of(2L), false);
        assertThat(new Preflight(Healths.voters(2).get(), oneOfTwo).checks())
                .as("one after the other, all but the last may go")
                .noneMatch(check -> check.getVerdict() == Verdict.REFUSED);
    }

    @Test
    void aNewcomerCountsAsHealthy() {
        Preflight fourth = voters(Healths.voters(3).get(), Set.of(1L, 2L, 3L), 1);
        assertThat(fourth.promised()).isEqualTo(1);
        assertThat(voters(Healths.voters(3).get(), Set.of(1L, 2L, 3L), 2).promised())
                .isEqualTo(2);
        assertThat(check(fourth, "quorum").getFinding())
                .endsWith("afterwards 4 voters, 4 of them healthy, tolerate 1 failure");
    }

    @Test
    void whoIsNotSoundDoesNotCountAndKeepsOthersFromChanges() {
        Preflight unsound = same(Healths.voters(3)
                .with(2, Healths.other("has a state that differs", List.of(), DISK_BYTES, "1.0", false))
                .get());
        assertAllFineBut(unsound, "states", Verdict.REFUSED);
        assertThat(check(unsound, "states").getFinding()).contains("b has a state that differs");
        assertThat(unsound.promised()).isZero();
    }

    @Test
    void whoLagsDoesNotCount() {
        long far = Healths.INDEX + ClusterHealth.MAX_LAG + 1;
        Preflight lagging = same(Healths.voters(3)
                .with(1, Healths.commitIndex(far))
                .with(2, Healths.commitIndex(far))
                .get());
        assertAllFineBut(lagging, "lag", Verdict.WARNING);
        assertThat(check(lagging, "lag").getFinding()).isEqualTo("c lacks " + (ClusterHealth.MAX_LAG + 1) + " entries");
        assertThat(lagging.promised()).isZero();
    }

    private static Check versions(String ofTheSecond, String ofTheThird) {
        return check(
                same(Healths.voters(3)
                        .with(2, Healths.other("", List.of(), DISK_BYTES, ofTheSecond, false))
                        .with(3, Healths.other("", List.of(), DISK_BYTES, ofTheThird, false))
                        .get()),
                "versions");
    }

    @Test
    void whoRunsWhichReleaseIsToldIfTheyDiffer() {
        assertThat(versions("1.0", "1.0").getVerdict()).isEqualTo(Verdict.FINE);
        assertThat(versions("1.0", "1.0").getFinding()).isEqualTo("all run release 1.0");
        assertThat(versions("1.1", "").getVerdict()).isEqualTo(Verdict.WARNING);
        assertThat(versions("1.1", "").getFinding())
                .isEqualTo("members run different releases: a 1.0, b 1.1, c does not tell");
        Check none = check(
                same(Healths.voters(1)
                        .with(1, Healths.other("", List.of(), DISK_BYTES, "", false))
                        .get()),
                "versions");
        assertThat(none.getVerdict()).as("nothing was compared").isEqualTo(Verdict.WARNING);
    }

    @Test
    void whatElseIsWrongIsFoundByItsOwnCheck() {
        assertAllFineBut(
                same(Healths.voters(3)
                        .with(2, Healths.other("", List.of("NOSPACE"), DISK_BYTES, "1.0", false))
                        .get()),
                "alarms",
                Verdict.REFUSED);
        assertAllFineBut(
                same(Healths.voters(3)
                        .with(2, Healths.other("", List.of(), DISK_BYTES / 10, "1.0", false))
                        .get()),
                "disk",
                Verdict.WARNING);
        assertAllFineBut(
                same(Healths.voters(3)
                        .with(2, Healths.other("", List.of(), 1 << 20, "1.0", false))
                        .get()),
                "disk",
                Verdict.REFUSED);
        assertAllFineBut(
                same(Healths.voters(3)
                        .with(2, Healths.other("", List.of(), DISK_BYTES, "1.1", false))
                        .get()),
                "versions",
                Verdict.WARNING);
        assertAllFineBut(
                same(Healths.voters(3)
                        .with(2, Healths.other("", List.of(), DISK_BYTES, "1.0", true))
                        .get()),
                "changes",
                Verdict.REFUSED);
        assertThat(check(same(Healths.voters(5).silent(4).get()), "members").getFinding())
                .isEqualTo("d does not answer");
    }
}
