package io.quorate.server.recover;

import static io.quorate.server.recover.Logs.damaged;
import static io.quorate.server.recover.Logs.ids;
import static io.quorate.server.recover.Logs.stateless;
import static io.quorate.server.recover.Logs.survivor;
import static io.quorate.server.recover.Logs.voters;
import static io.quorate.server.recover.Logs.withLearner;
import static io.quorate.server.recover.Logs.withState;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.EntryId;
import io.quorate.core.quorum.Configuration;
import io.quorate.server.recover.Logs.Terms;
import io.quorate.server.recover.Survivor.Standing;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Whom to go on from, and what becomes of whose entries. */
class RecoveryPlanTest {

    private static final Configuration THREE = voters(1, 2, 3);
    private static final Configuration FOUR = voters(1, 2, 3, 4);
    private static final Configuration FIVE = voters(1, 2, 3, 4, 5);

    private static RecoveryPlan plan(Survivor... survivors) throws IOException {
        return RecoveryPlan.of(List.of(survivors)).orElseThrow();
    }

    /** {@code kind of member: first-last} for each. */
    private static List<String> fates(RecoveryPlan plan) {
        return plan.fates().stream()
                .map(fate -> fate.kind() + " of " + fate.whose().id() + ": " + fate.first() + "-" + fate.last())
                .toList();
    }

    @Test
    void theOneSurvivorOfThreeKeepsAllItHasAndOthersMayHaveHadMore() throws IOException {
        RecoveryPlan plan = plan(survivor(1, THREE, Terms.of(1, 1, 2, 2), 3));

        assertThat(fates(plan)).containsExactly("COMMITTED of 1: 1-3", "KEPT of 1: 4-4");
        assertThat(plan.certain()).isEqualTo(3);
        assertThat(plan.missing()).isEqualTo(ids(2, 3));
        assertThat(plan.quorumIsThere()).isFalse();
        assertThat(plan.unseenLoss()).isTrue();
        assertThat(plan.highestTerm()).isEqualTo(2);
    }

    @Test
    void whereAQuorumIsLeftNothingHasToBeRecovered() throws IOException {
        RecoveryPlan plan = plan(survivor(1, THREE, Terms.of(1), 0), survivor(2, THREE, Terms.of(1, 1), 1));

        assertThat(plan.quorumIsThere()).isTrue();
        assertThat(plan.unseenLoss()).isFalse();
        assertThat(plan.best().id()).isEqualTo(ids(2).iterator().next());
    }

    @Test
    void whoseLogIsDamagedDoesNotCountForAQuorum() throws IOException {
        RecoveryPlan plan = plan(survivor(1, THREE, Terms.of(1, 1), 2), damaged(2, THREE, Terms.of(1), 1));

        assertThat(plan.quorumIsThere()).isFalse();
        assertThat(plan.unseenLoss()).isTrue();
        assertThat(fates(plan)).containsExactly("COMMITTED of 1: 1-2");
    }

    /** Its store is intact and ahead of what can be read of its log, and behind what was in it. */
    @Test
    void whatADamagedLogHadBehindItsStoreIsSaidToBeAtRisk() throws IOException {
        RecoveryPlan plan =
                plan(survivor(1, FIVE, Terms.of(1, 1, 1), 2), damaged(2, FIVE, Terms.of(1), 5, OptionalLong.of(9)));

        assertThat(plan.best().id()).isEqualTo(ids(1).iterator().next());
        assertThat(fates(plan))
                .containsExactly("COMMITTED of 1: 1-2", "KEPT of 1: 3-3", "LOST of 2: 4-5", "AT_RISK of 2: 6-9");
        assertThat(fates(plan(
                        survivor(1, FIVE, Terms.of(1, 1, 1), 3), damaged(2, FIVE, Terms.of(1), 1, OptionalLong.of(3)))))
                .as("entries that the best one has are not lost with another one's log")
                .containsExactly("COMMITTED of 1: 1-3");
    }

    @Test
    void aLearnerDoesNotCountForAQuorumButCanBeGoneOnFrom() throws IOException {
        Configuration members = withLearner(voters(1, 2), 9);
        RecoveryPlan plan = plan(survivor(9, members, Terms.of(1, 1), 1));

        assertThat(plan.quorumIsThere()).isFalse();
        assertThat(plan.best().id()).isEqualTo(ids(9).iterator().next());
        assertThat(plan.missing()).isEqualTo(ids(1, 2));
    }

    /** While two configurations are joint it takes a majority of both (paper section 6). */
    @Test
    void aJointConfigurationNeedsBothMajorities() throws IOException {
        Configuration joint = voters(1, 2, 3).jointFrom(voters(1, 4, 5));
        RecoveryPlan plan = plan(survivor(1, joint, Terms.of(1), 1), survivor(2, joint, Terms.of(1), 1));

        assertThat(plan.quorumIsThere()).isFalse();
        assertThat(plan.missing()).isEqualTo(ids(3, 4, 5));
    }

    @Test
    void theLastTermDecidesBeforeTheLastIndex() throws IOException {
        RecoveryPlan plan = plan(
                survivor(1, FIVE, Terms.of(1, 1, 2), 1),
                survivor(2, FIVE, Terms.of(1, 1, 1, 1), 1),
                // A survivor that has less of the same has nothing to lose.
                damaged(3, FIVE, Terms.of(1), 1));

        assertThat(plan.best().name()).isEqualTo("m1");
        assertThat(fates(plan)).containsExactly("COMMITTED of 1: 1-1", "KEPT of 1: 2-3", "AT_RISK of 2: 3-4");
    }

    /** Two of four cannot commit anything by themselves, and a leader of term 2 had not got it: nobody has committed it. */
    @Test
    void whatALaterLeaderHadNotAndTooFewCanHaveWasNeverCommitted() throws IOException {
        RecoveryPlan plan = plan(survivor(1, FOUR, Terms.of(1, 1, 2), 1), survivor(2, FOUR, Terms.of(1, 1, 1, 1), 1));

        assertThat(fates(plan)).containsExactly("COMMITTED of 1: 1-1", "KEPT of 1: 2-3", "NEVER_COMMITTED of 2: 3-4");
        assertThat(plan.unseenLoss()).isFalse();
    }

    /** Raft's rule holds for a quorum: among fewer, who knows of a commit may end in an earlier term than who knows nothing. */
    @Test
    void whoHoldsWhatIsKnownToBeCommittedComesBeforeWhoEndsInALaterTerm() throws IOException {
        RecoveryPlan plan = plan(survivor(1, FIVE, Terms.of(1, 1, 3), 3), survivor(2, FIVE, Terms.of(1, 1, 4, 4), 2));

        assertThat(plan.best().name()).isEqualTo("m1");
        assertThat(plan.highestTerm()).isEqualTo(4);
        assertThat(fates(plan)).containsExactly("COMMITTED of 1: 1-3", "NEVER_COMMITTED of 2: 3-4");
        assertThat(plan.fates().getLast().why()).isEqualTo("what was committed as entry 3 is 3/3, and this is 4/3");
    }

    @Test
    void whatOnlyADamagedLogKnewToBeCommittedIsLost() throws IOException {
        RecoveryPlan plan = plan(survivor(1, THREE, Terms.of(1, 1, 1), 2), damaged(2, THREE, Terms.of(1), 5));

        assertThat(fates(plan)).containsExactly("COMMITTED of 1: 1-2", "KEPT of 1: 3-3", "LOST of 2: 4-5");
    }

    @Test
    void whatIsCommittedInALogThatNoStateLeadsToIsLost() throws IOException {
        RecoveryPlan plan = plan(survivor(1, FIVE, Terms.of(1, 1), 1), stateless(2, FIVE, Terms.of(1, 1, 1, 1), 3));

        assertThat(plan.best().name()).isEqualTo("m1");
        assertThat(fates(plan)).containsExactly("COMMITTED of 1: 1-2", "LOST of 2: 3-3", "AT_RISK of 2: 4-4");
    }

    @Test
    void whatOneHasCompactedAwayIsNoDifference() throws IOException {
        RecoveryPlan plan =
                plan(survivor(1, FIVE, new Terms(3, List.of(1L, 1L, 2L, 2L)), 4), survivor(2, FIVE, Terms.of(1, 1), 2));

        assertThat(fates(plan)).containsExactly("COMMITTED of 1: 1-4");
    }

    /** Entries of one name and another content: one of the two logs is wrong, and neither can be told to be. */
    @Test
    void logsOfOtherContentUnderTheSameNamesPart() throws IOException {
        SurvivingLog other = new SurvivingLogOfOtherContent(Terms.of(1, 1, 1), 2);
        RecoveryPlan plan = plan(survivor(1, FIVE, Terms.of(1, 1, 1, 1), 1), survivor(2, FIVE, other, 1));

        assertThat(fates(plan)).containsExactly("COMMITTED of 1: 1-1", "KEPT of 1: 2-4", "AT_RISK of 2: 2-3");
    }

    private record SurvivingLogOfOtherContent(Terms terms, long from) implements SurvivingLog {

        @Override
        public EntryId base() {
            return terms.base();
        }

        @Override
        public EntryId last() {
            return terms.last();
        }

        @Override
        public EntryId idAt(long index) {
            return terms.idAt(index);
        }

        @Override
        public OptionalLong chainHashAt(long index) {
            return index < from ? terms.chainHashAt(index) : OptionalLong.of(-index);
        }
    }

    @Test
    void ofEqualOnesTheOneWithoutADoubtIsTaken() throws IOException {
        Standing doubtful = new Standing(
                2,
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                true,
                Optional.empty(),
                Optional.empty(),
                Optional.of("its state differed"));
        RecoveryPlan plan = plan(survivor(1, FIVE, Terms.of(1, 1), doubtful), survivor(2, FIVE, Terms.of(1, 1), 1));

        assertThat(plan.best().name()).isEqualTo("m2");
        assertThat(plan.certain()).isEqualTo(2);
    }

    @Test
    void theOrderInWhichTheyAreNamedDecidesNothing() throws IOException {
        Survivor one = survivor(1, FIVE, Terms.of(1, 1), 1);
        Survivor two = survivor(2, FIVE, Terms.of(1, 1), 1);

        assertThat(plan(one, two).best()).isEqualTo(plan(two, one).best()).isEqualTo(one);
    }

    // --- a state in place of a log

    private static RecoveryPlan planOfStatesToo(Survivor... survivors) throws IOException {
        return RecoveryPlan.ofStatesToo(List.of(survivors)).orElseThrow();
    }

    @Test
    void theStateOfMostEntriesIsGoneOnFromWhereAllLogsHaveLostTheirEnds() throws IOException {
        RecoveryPlan plan = planOfStatesToo(
                withState(1, THREE, Terms.of(1, 1), 5),
                withState(2, THREE, Terms.of(1, 1, 1, 1), 7),
                withState(3, THREE, Terms.of(1, 1, 1, 1, 1, 1), 4));

        assertThat(plan.best().id()).isEqualTo(ids(2).iterator().next());
        assertThat(plan.byStateAlone()).isTrue();
        assertThat(plan.best().log().last()).isEqualTo(new EntryId(1, 7));
        assertThat(plan.certain()).isEqualTo(7);
        assertThat(plan.quorumIsThere()).isFalse();
        assertThat(plan.unseenLoss()).isTrue();
        assertThat(fates(plan)).containsExactly("COMMITTED of 2: 1-7");
    }

    /** What stands behind the state in a log that has lost something may be what was truncated there long ago. */
    @Test
    void whatTheLogsHaveBehindThatStateIsSaidToBeAtRisk() throws IOException {
        RecoveryPlan plan = planOfStatesToo(
                withState(1, FIVE, Terms.of(1, 1, 1, 1), 3), withState(2, FIVE, Terms.of(1, 1, 1, 1, 1, 1), 2));

        assertThat(fates(plan)).containsExactly("COMMITTED of 1: 1-3", "AT_RISK of 1: 4-4", "AT_RISK of 2: 4-6");
    }

    @Test
    void aLogThatIsIntactIsGoneOnFromWhereItHasAsMuch() throws IOException {
        Survivor intact = survivor(1, FIVE, Terms.of(1, 1, 1, 1), 2);
        assertThat(planOfStatesToo(intact, withState(2, FIVE, Terms.of(1), 4)).best())
                .isEqualTo(intact);
        assertThat(fates(planOfStatesToo(intact, withState(2, FIVE, Terms.of(1), 5))))
                .containsExactly("COMMITTED of 2: 1-5");
    }

    @Test
    void whereAQuorumIsLeftNoStateIsGoneOnFrom() throws IOException {
        RecoveryPlan plan = planOfStatesToo(
                survivor(1, THREE, Terms.of(1), 1),
                survivor(2, THREE, Terms.of(1), 1),
                withState(3, THREE, Terms.of(1), 9));
        assertThat(plan.quorumIsThere()).isTrue();
        assertThat(plan.byStateAlone()).isFalse();
    }

    @Test
    void whereNobodyCanBeGoneOnFromThereIsNoPlan() throws IOException {
        assertThat(RecoveryPlan.of(List.of(damaged(1, THREE, Terms.of(1), 1)))).isEmpty();
    }
}
