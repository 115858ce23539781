package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.Result.ReportResult;
import io.quorate.kv.Result.VerifyResult;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of the members' reports: a verdict, the same at every member that has applied them. */
class VerificationTest {
    private static final List<Long> NOBODY = List.of();
    private static final List<Long> THREE = List.of(1L, 2L, 3L);

    private final HeapStore ordered = new HeapStore();
    private final TestClient client = new TestClient(MvccStore.open(ordered));

    private Verification verification() {
        return client.store.verification();
    }

    private long verify(List<Long> voters, List<Long> learners) {
        client.apply(new Verify(voters, learners));
        return client.store.appliedIndex();
    }

    /** A mark for which the first two members report this, and the third nothing yet. */
    private long verifyWithoutThird(long one, long two) {
        long index = verify(THREE, NOBODY);
        report(1, index, one);
        report(2, index, two);
        return index;
    }

    /** A report of a state that differs from that of others in one bucket for each difference of its number. */
    private Verification report(long memberId, long verifyIndex, long state) {
        DigestReport report =
                new DigestReport(memberId, verifyIndex, new DigestSum(state, 0, 0, 0), List.of(7L, state, 7L));
        return ((ReportResult) client.apply(report)).verification();
    }

    @Test
    void eachMemberCapturesItsDigestAtTheMarkItselfWhateverElseIsInTheBatch() {
        client.put("a", "1");
        StateDigest before = client.store.digest();
        List<Result> results = client.store.apply(
                List.of(
                        LoggedCommand.of(2, new Verify(THREE, NOBODY)),
                        LoggedCommand.of(3, Put.of(b("a"), b("2"))),
                        LoggedCommand.of(4, new Verify(THREE, NOBODY)),
                        LoggedCommand.of(5, Put.of(b("b"), b("3")))),
                6);
        StateDigest first = ((VerifyResult) results.get(0)).digest();
        assertThat(first).isEqualTo(new StateDigest(2, before.total(), before.buckets()));
        StateDigest second = ((VerifyResult) results.get(2)).digest();
        TestClient other = TestClient.onHeap();
        other.put("a", "1");
        other.put("a", "2");
        assertThat(second.appliedIndex()).isEqualTo(4);
        assertThat(second.total()).isEqualTo(other.store.digest().total());
        assertThat(client.store.currentRevision()).isEqualTo(4);
    }

    @Test
    void marksAndReportsChangeNeitherTheRevisionNorTheDigest() {
        client.put("a", "1");
        StateDigest before = client.store.digest();
        long index = verifyWithoutThird(5, 5);
        report(3, index, 6);
        assertThat(client.store.digest().buckets()).isEqualTo(before.buckets());
        assertThat(client.store.currentRevision()).isEqualTo(2);
    }

    @Test
    void aMajorityDecidesAsSoonAsItIsThereAndLateReportsAreJudgedByIt() {
        long index = verify(THREE, List.of(9L));
        assertThat(report(1, index, 5).verdict()).isEqualTo(new Verdict.Undecided());
        assertThat(report(3, index, 6).verdict()).isEqualTo(new Verdict.Undecided());
        assertThat(client.store.alarms()).isEmpty();
        Verification decided = report(2, index, 5);
        assertThat(decided.verdict())
                .isEqualTo(new Verdict.Agreed(new DigestSum(5, 0, 0, 0), List.of(1L, 2L), List.of(3L)));
        assertThat(decided.divergence(3)).hasValue(new Divergence(3, index, List.of(1), true));
        assertThat(decided.divergence(1)).isEmpty();
        assertThat(decided.isComplete()).isFalse();
        Verification complete = report(9, index, 8);
        assertThat(complete.isComplete()).isTrue();
        assertThat(complete.divergence(9)).hasValue(new Divergence(9, index, List.of(1), true));
        assertThat(client.store.alarms())
                .containsExactly(new Alarm(3, Alarm.Type.CORRUPT), new Alarm(9, Alarm.Type.CORRUPT));
    }

    @Test
    void aDivergedMemberStopsNobodyElse() {
        long index = verifyWithoutThird(5, 5);
        report(3, index, 6);
        assertThat(client.put("a", "1").revision()).isEqualTo(2);
        assertThat(client.get("a").value()).isEqualTo(b("1"));
        assertThat(client.apply(new AlarmChange(AlarmChange.Action.DEACTIVATE, new Alarm(3, Alarm.Type.CORRUPT))))
                .isEqualTo(new Result.AlarmResult(2, List.of()));
        assertThat(verification().divergence(3)).isPresent();
    }

    @Test
    void aMemberThatIsFoundEqualAgainIsClearedAndOneThatSaysNothingIsNot() {
        long first = verifyWithoutThird(5, 5);
        report(3, first, 6);
        long second = verifyWithoutThird(7, 7);
        assertThat(verification().divergence(3)).hasValue(new Divergence(3, first, List.of(1), true));
        report(3, second, 7);
        assertThat(verification().divergences()).isEmpty();
        assertThat(client.store.alarms()).isEmpty();
    }

    @Test
    void aMemberThatHasBeenRepairedMayReportTheSameMarkAnew() {
        long index = verifyWithoutThird(5, 5);
        report(3, index, 6);
        assertThat(report(3, index, 5).divergences()).isEmpty();
    }

    @Test
    void withoutAMajorityAllHaveDivergedAndNobodyCanBeRepaired() {
        long index = verifyWithoutThird(4, 5);
        assertThat(verification().divergences()).isEmpty();
        Verification none = report(3, index, 6);
        assertThat(none.verdict()).isEqualTo(new Verdict.NoMajority());
        assertThat(none.divergences().values())
                .containsExactly(
                        new Divergence(1, index, List.of(1), false),
                        new Divergence(2, index, List.of(1), false),
                        new Divergence(3, index, List.of(1), false));
    }

    @Test
    void twoOfTwoThatDifferHaveBothDiverged() {
        long index = verify(List.of(1L, 2L), NOBODY);
        report(1, index, 4);
        assertThat(report(2, index, 5).divergences()).containsOnlyKeys(1L, 2L);
    }

    @Test
    void thoseWhoDifferAtTwoMarksAreNotTrustedAnyLongerIfTheThirdHasDecidedAtNeither() {
        verifyWithoutThird(4, 5);
        long second = verify(THREE, NOBODY);
        assertThat(verification().divergences()).as("nobody can tell yet").isEmpty();
        report(1, second, 6);
        report(2, second, 7);
        assertThat(verification().divergences())
                .as("the third may only be late")
                .isEmpty();
        long third = verify(THREE, NOBODY);
        assertThat(verification().divergences().values())
                .containsExactly(
                        new Divergence(1, second, List.of(1), false), new Divergence(2, second, List.of(1), false));
        report(1, third, 6);
        report(2, third, 7);
        report(3, third, 7);
        assertThat(verification().divergences().values()).containsExactly(new Divergence(1, third, List.of(1), true));
    }

    @Test
    void aHealthyMemberIsNotHeldToDifferBecauseTheThirdWasLateOnce() {
        long first = verifyWithoutThird(4, 5);
        long second = verify(THREE, NOBODY);
        report(3, first, 4);
        report(1, second, 6);
        assertThat(verification().divergences()).isEmpty();
        report(2, second, 7);
        report(3, second, 6);
        assertThat(verification().divergences().values()).containsExactly(new Divergence(2, second, List.of(1), true));
    }

    @Test
    void whoWasRepairedWhileTheThirdWasAwayIsNotHeldToDiffer() {
        verifyWithoutThird(4, 5);
        verifyWithoutThird(6, 6);
        verify(THREE, NOBODY);
        assertThat(verification().divergences()).isEmpty();
    }

    @Test
    void aMarkAtWhichOnlyOneHasReportedClearsUpNothing() {
        verifyWithoutThird(4, 5);
        long second = verify(THREE, NOBODY);
        report(1, second, 6);
        verifyWithoutThird(7, 8);
        verify(THREE, NOBODY);
        assertThat(verification().divergences()).containsOnlyKeys(1L, 2L);
    }

    @Test
    void doubtsAreNotSummedUpOverMarksThatDecided() {
        verifyWithoutThird(4, 5);
        verifyWithoutThird(6, 6);
        verifyWithoutThird(7, 8);
        verify(THREE, NOBODY);
        assertThat(verification().divergences()).isEmpty();
    }

    @Test
    void whomAMarkHasLeftInDoubtIsKnownAfterARestart() {
        verifyWithoutThird(4, 5);
        verify(THREE, NOBODY);
        assertThat(verification().doubted()).containsExactly(1L, 2L);
        assertThat(MvccStore.open(ordered).verification()).isEqualTo(verification());
    }

    @Test
    void aLearnerIsJudgedButDoesNotVote() {
        long index = verify(List.of(1L, 2L), List.of(3L, 4L));
        report(3, index, 6);
        report(4, index, 6);
        report(1, index, 5);
        assertThat(verification().verdict()).isEqualTo(new Verdict.Undecided());
        assertThat(report(2, index, 5).divergences()).containsOnlyKeys(3L, 4L);
    }

    @Test
    void reportsOfAnEarlierMarkAndOfStrangersAreIgnored() {
        long first = verify(THREE, NOBODY);
        long second = verify(THREE, NOBODY);
        assertThat(report(1, first, 5).reports()).isEmpty();
        assertThat(report(4, second, 5).reports()).isEmpty();
        assertThat(report(1, second + 10, 5).reports()).isEmpty();
    }

    @Test
    void whoHasLeftTheClusterIsForgottenWithTheNextMark() {
        long first = verifyWithoutThird(5, 5);
        report(3, first, 6);
        verify(List.of(1L, 2L), List.of(3L));
        assertThat(verification().divergences()).containsOnlyKeys(3L);
        verify(List.of(1L, 2L, 4L), NOBODY);
        assertThat(verification().divergences()).isEmpty();
    }

    @Test
    void reportsAndVerdictsSurviveARestart() {
        long first = verify(THREE, List.of(9L));
        report(1, first, 5);
        report(2, first, 5);
        report(3, first, 6);
        Verification again = MvccStore.open(ordered).verification();
        assertThat(again).isEqualTo(verification());
        assertThat(again.reports()).hasSize(3);
        assertThat(again.divergences()).hasSize(1);
    }

    @Test
    void afterARestartTheSameMarkIsCapturedAgainJustAsBefore() {
        HeapStore lost = new HeapStore();
        MvccStore store = MvccStore.open(lost);
        List<LoggedCommand> log = List.of(
                LoggedCommand.of(1, Put.of(b("a"), b("1"))),
                LoggedCommand.of(2, new Verify(THREE, NOBODY)),
                LoggedCommand.of(3, Put.of(b("a"), b("2"))));
        Result captured = store.apply(log, 3).get(1);
        assertThat(MvccStore.open(new HeapStore()).apply(log, 9).get(1)).isEqualTo(captured);
    }

    @Test
    void aMemberThatIsNamedTwiceVotesOnce() {
        long index = verify(List.of(1L, 1L, 2L, 3L), List.of(3L));
        assertThat(report(1, index, 5).verdict()).isEqualTo(new Verdict.Undecided());
        assertThat(report(2, index, 5).verdict()).isInstanceOf(Verdict.Agreed.class);
        assertThat(report(3, index, 5).isComplete()).isTrue();
    }
}
