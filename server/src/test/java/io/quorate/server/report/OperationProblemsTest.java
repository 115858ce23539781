package io.quorate.server.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.autopilot.AutopilotReport;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.Operation;
import io.quorate.server.proto.managerpb.Operation.State;
import io.quorate.server.proto.managerpb.OperationReport;
import io.quorate.server.proto.managerpb.Step;
import io.quorate.server.report.MemberReport.LogDivergence;
import io.quorate.server.report.MemberReport.Verification;
import io.quorate.server.report.Problem.Urgency;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is said of which operations on record and of which autopilots, of a cluster that is well otherwise. */
class OperationProblemsTest {

    /** The clock of all members in {@link Told}. */
    private static final long NOW_MILLIS = 1_700_000_000_000L;

    /** The cluster in {@link Told}, and the one that it was recovered from. */
    private static final long THIS_CLUSTER = 0xc1;

    private static final long EARLIER_EPOCH = 0xc0;

    private static Operation.Builder operation(long id, String title, State state, Duration ago, String outcome) {
        long toldMillis = NOW_MILLIS - ago.toMillis();
        return Operation.newBuilder()
                .setId(id)
                .setState(state)
                .setBeganMillis(toldMillis - 5_000)
                .setToldMillis(toldMillis)
                .setReport(OperationReport.newBuilder()
                        .setTitle(title)
                        .setOutcome(outcome)
                        .setAskedBy("ann@host42")
                        .addSteps(Step.newBuilder().setName("a step")));
    }

    private static Operation failed(long id, String title, Duration ago) {
        return operation(id, title, State.FAILED, ago, "it did not come up").build();
    }

    private static Operation done(long id, String title) {
        return operation(id, title, State.DONE, Duration.ofMinutes(1), "done and verified")
                .build();
    }

    private static Operation copy(long id, State state) {
        return operation(id, "backup --to /b", state, Duration.ofMinutes(9), "kept as x, which is not verified")
                .setAside(true)
                .build();
    }

    private static Operation withRefusal(Operation operation, boolean forced, boolean begun) {
        Operation.Builder changed = operation.toBuilder();
        OperationReport.Builder report = changed.getReportBuilder().setForced(forced);
        report.addPreflight(check(Check.Verdict.FINE, "a leads"));
        report.addPreflight(check(Check.Verdict.REFUSED, "the others have no quorum"));
        if (!begun) {
            report.clearSteps();
        }
        return changed.build();
    }

    private static Check check(Check.Verdict verdict, String finding) {
        return Check.newBuilder().setVerdict(verdict).setFinding(finding).build();
    }

    private static ManagerAnswers of(Operation... operations) {
        return new ManagerAnswers(List.of(operations), "", List.of(), new TreeMap<>());
    }

    private static List<String> doctor(ManagerAnswers answers) {
        return doctor(Told.well(), answers);
    }

    private static List<String> doctor(Told told, ManagerAnswers answers) {
        return Diagnosis.thorough(told.done(), answers).problems().stream()
                .map(problem -> problem.urgency() + " " + problem.subject() + " " + problem.what())
                .toList();
    }

    @Test
    void whatWasDoneIsNoProblem() {
        assertThat(doctor(of(done(1, "compact 5"), copy(2, State.DONE)))).isEmpty();
        assertThat(doctor(of(operation(3, "defragment", State.RUNNING, Duration.ofSeconds(40), "")
                        .build())))
                .as("it was heard of within a minute")
                .isEmpty();
    }

    @Test
    void theLatestOperationThatFailedIsToldUntilTheSameIsDone() {
        Operation remove = failed(7, "members remove e", Duration.ofMinutes(30));
        Operation promote = failed(8, "members promote d", Duration.ofMinutes(20));
        assertThat(doctor(of(remove, promote, done(9, "compact 5"))))
                .containsExactly(
                        "SERIOUS operation 8 (members promote d) failed 20 min ago: it did not come up, and was not"
                                + " done since");
        assertThat(doctor(of(remove, promote, done(9, "members promote d"))))
                .containsExactly(
                        "SERIOUS operation 7 (members remove e) failed 30 min ago: it did not come up, and was not"
                                + " done since");
        assertThat(doctor(of(remove, done(9, "members remove e")))).isEmpty();
    }

    @Test
    void whatFailedIsToBeDoneAgain() {
        List<Problem> problems = Diagnosis.thorough(
                        Told.well().done(), of(failed(7, "members remove e", Duration.ofMinutes(1))))
                .problems();
        assertThat(problems)
                .extracting(Problem::remedy)
                .containsExactly(
                        "'quorate operations 7' tells how far it came; mend what kept it from its end, and do it again");
    }

    private static Operation founding(Operation operation, long clusterId) {
        Operation.Builder changed = operation.toBuilder();
        changed.getReportBuilder().setFoundedClusterId(clusterId);
        return changed.build();
    }

    private static Operation failedRestore(long id, long clusterId) {
        return founding(failed(id, "snapshot restore b.db", Duration.ofMinutes(1)), clusterId);
    }

    private static List<Problem> ofFounding(Told told) {
        return Diagnosis.thorough(told.done(), of(failedRestore(8, THIS_CLUSTER))).problems().stream()
                .filter(problem -> problem.subject().startsWith("operation 8"))
                .toList();
    }

    /** A founder was late. Whoever founds the cluster anew for that loses what clients have written since. */
    @Test
    void aFoundingThatFailedNeedsNothingIfNobodyDiffersByNow() {
        assertThat(ofFounding(Told.well())).singleElement().satisfies(problem -> {
            assertThat(problem.urgency()).isEqualTo(Urgency.NOTICE);
            assertThat(problem.what()).isEqualTo("failed 60 s ago: it did not come up");
            assertThat(problem.remedy())
                    .startsWith("'quorate operations 8' tells what was not found as promised then; ")
                    .endsWith("so nothing is to be done if 'quorate doctor' finds nothing else")
                    .doesNotContain("anew");
        });
    }

    @Test
    void aFoundingWhoseMembersDifferIsMadeAnewOnlyWhereNothingElseHelpsAndWhatThatCostsIsSaid() {
        LogDivergence logs = new LogDivergence(1, 1, "aa", "bb");
        Verification states = new Verification(9_990, true, List.of("a", "b"), List.of("c"), List.of());
        for (Told told : List.of(
                Told.well().member("c", c -> c.logDiverged = Optional.of(logs)),
                Told.well().member("a", a -> a.verification = states),
                Told.well().member("c", c -> c.fenced = true))) {
            assertThat(ofFounding(told)).singleElement().satisfies(problem -> {
                assertThat(problem.urgency()).isEqualTo(Urgency.SERIOUS);
                assertThat(problem.remedy())
                        .contains("do what 'quorate why' tells. Only where it tells no remedy")
                        .endsWith("which loses whatever was written since");
            });
        }
    }

    /** Recovering keeps what is on record, and the cluster was founded by it from there on. */
    @Test
    void aFoundingOfAnEarlierEpochIsToldNoMore() {
        Operation recovered = founding(done(9, "recover a.data"), THIS_CLUSTER);
        assertThat(doctor(of(failedRestore(8, EARLIER_EPOCH)))).isEmpty();
        assertThat(doctor(of(failedRestore(8, EARLIER_EPOCH), recovered))).isEmpty();
        Told nobodyAnswers = Told.well().down("a").down("b").down("c");
        assertThat(doctor(nobodyAnswers, of(failedRestore(8, EARLIER_EPOCH), recovered)))
                .noneMatch(line -> line.contains("operation 8"));
    }

    @Test
    void whatHasFailedBesideAFoundingIsToldAsWell() {
        assertThat(doctor(of(failed(7, "members remove e", Duration.ofMinutes(1)), failedRestore(8, THIS_CLUSTER))))
                .containsExactly(
                        "SERIOUS operation 7 (members remove e) failed 60 s ago: it did not come up, and was not done"
                                + " since",
                        "NOTICE operation 8 (snapshot restore b.db) failed 60 s ago: it did not come up");
    }

    @Test
    void whatFailedAgainAfterItWasDoneIsTold() {
        assertThat(doctor(of(done(7, "members remove e"), failed(8, "members remove e", Duration.ofMinutes(1)))))
                .containsExactly(
                        "SERIOUS operation 8 (members remove e) failed 60 s ago: it did not come up, and was not done"
                                + " since");
    }

    @Test
    void whatFailedLongAgoIsToldNoMore() {
        assertThat(doctor(of(failed(7, "members remove e", Duration.ofDays(6)))))
                .hasSize(1);
        assertThat(doctor(of(failed(7, "members remove e", Duration.ofDays(8)))))
                .isEmpty();
    }

    @Test
    void anOperationThatWasBrokenOffIsTold() {
        assertThat(doctor(of(
                        operation(7, "members replace c by d", State.BROKEN_OFF, Duration.ofHours(3), "")
                                .build(),
                        done(8, "transfer-leader b"))))
                .containsExactly(
                        "SERIOUS operation 7 (members replace c by d) was broken off, and heard of last 3 h ago, and"
                                + " was not done since");
    }

    @Test
    void whatWasRefusedBeforeItsFirstStepHasChangedNothing() {
        Operation refused = withRefusal(failed(7, "members remove e", Duration.ofMinutes(1)), false, false);
        assertThat(doctor(of(refused))).isEmpty();
        Operation begun = withRefusal(failed(7, "members remove e", Duration.ofMinutes(1)), true, true);
        assertThat(doctor(of(begun))).first().asString().startsWith("SERIOUS operation 7 (members remove e) failed");
    }

    @Test
    void anOperationThatFellSilentIsTold() {
        assertThat(doctor(of(operation(7, "defragment", State.RUNNING, Duration.ofSeconds(61), "")
                        .build())))
                .containsExactly(
                        "SERIOUS operation 7 (defragment) is not over, and was heard of last 61 s ago: whoever did it is gone");
    }

    @Test
    void whatWasForcedIsTold() {
        Operation one = withRefusal(done(7, "members remove e"), true, true);
        Operation other = withRefusal(done(8, "members remove f"), true, true);
        assertThat(doctor(of(one)))
                .containsExactly(
                        "NOTICE operation 7 (members remove e) was forced 60 s ago against what was found before: the"
                                + " others have no quorum");
        assertThat(doctor(of(one, other)))
                .singleElement()
                .asString()
                .startsWith("NOTICE operation 8")
                .endsWith("the others have no quorum; it is the latest of 2 in the last 7 days");
    }

    @Test
    void theLastBackupFailed() {
        assertThat(doctor(of(copy(7, State.DONE), copy(8, State.FAILED))))
                .containsExactly(
                        "SERIOUS operation 8 (backup --to /b) failed 9 min ago: kept as x, which is not verified, and"
                                + " there is no good copy by it since");
        assertThat(doctor(of(copy(8, State.FAILED), copy(9, State.DONE)))).isEmpty();
    }

    private static AutopilotReport autopilot(String id, boolean leads, long promoteAfterMillis) {
        return new AutopilotReport(
                id,
                "node-" + id,
                promoteAfterMillis > 0,
                leads,
                "a",
                "node-a",
                5,
                new AutopilotReport.Policy(promoteAfterMillis, 0, List.of(), false),
                new AutopilotReport.Next("nothing", "", "", 0),
                List.of(),
                List.of());
    }

    private static ManagerAnswers autopilots(AutopilotReport... told) {
        return new ManagerAnswers(List.of(), "", List.of(told), new TreeMap<>());
    }

    @Test
    void policiesOfTheAutopilotDiffer() {
        assertThat(doctor(autopilots(
                        autopilot("a", true, 9_000), autopilot("b", false, 9_000), autopilot("c", false, 9_000))))
                .isEmpty();
        String differ =
                "NOTICE the cluster has members with different policies of the autopilot, and each goes by its own"
                        + " while it leads: ";
        assertThat(doctor(autopilots(
                        autopilot("a", true, 9_000), autopilot("b", false, 9_000), autopilot("c", false, 0))))
                .containsExactly(differ + "node-a, which leads, goes by another one than node-c");
        assertThat(doctor(autopilots(autopilot("b", false, 9_000), autopilot("c", false, 0))))
                .containsExactly(differ + "there are 2 among node-b, node-c");
    }

    @Test
    void anActionOfTheAutopilotFailed() {
        Operation.Builder changed = failed(7, "autopilot: promote d", Duration.ofMinutes(3)).toBuilder();
        changed.getReportBuilder().clearAskedBy();
        Operation action = changed.build();
        assertThat(doctor(of(action)))
                .containsExactly(
                        "NOTICE operation 7 (autopilot: promote d) failed 3 min ago: it did not come up, and was not"
                                + " done since");
        assertThat(doctor(of(action, done(8, "autopilot: promote d")))).isEmpty();
    }

    @Test
    void whatIsNotToldIsSaid() {
        Map<String, String> silent = Map.of("b", "it answered with the HTTP status 404", "c", "it does not answer");
        ManagerAnswers answers = new ManagerAnswers(List.of(), "no leader", List.of(), new TreeMap<>(silent));
        assertThat(doctor(Told.well().down("c"), answers))
                .contains(
                        "NOTICE the cluster does not tell which operations are on record, so that nothing is known of"
                                + " them: no leader",
                        "NOTICE node-b does not tell what its autopilot does: it answered with the HTTP status 404")
                .noneMatch(line -> line.startsWith("NOTICE node-c does not tell"));
    }

    @Test
    void theMostUrgentOfAllComesFirst() {
        List<Problem> problems = Diagnosis.thorough(
                        Told.well().member("c", c -> c.fenced = true).done(),
                        of(
                                withRefusal(done(6, "members remove e"), true, true),
                                failed(7, "members remove f", Duration.ofMinutes(1))))
                .problems();
        assertThat(problems)
                .extracting(Problem::urgency)
                .containsExactly(Urgency.CRITICAL, Urgency.SERIOUS, Urgency.NOTICE);
        assertThat(problems).allMatch(problem -> !problem.remedy().isEmpty());
    }
}
