package io.quorate.server.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.engine.detection.DetectionKind;
import io.quorate.server.report.Detected.FailedLogin;
import io.quorate.server.report.Detected.Sign;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How urgent what was detected is, and for how long. */
class DetectionProblemsTest {

    /** Of every member's clock, in {@link Told}. */
    private static final long NOW = 1_700_000_000_000L;

    private static final long MINUTE = 60_000;

    private static Sign sign(String kind, long minutesAgo) {
        return new Sign(kind, "member 3", 7, "does it", NOW - 90 * MINUTE, NOW - minutesAgo * MINUTE);
    }

    private static Told told(Detected detected) {
        return Told.well().member("a", a -> a.detected = Optional.of(detected));
    }

    private static List<String> problems(Diagnosis diagnosis) {
        return diagnosis.problems().stream()
                .map(problem -> problem.urgency() + " " + problem.subject() + " " + problem.what())
                .toList();
    }

    @Test
    void equivocationIsTheMostUrgentAndWhatMayBeAMistakeTheLeast() {
        Told told = told(new Detected(
                List.of(sign("foreign_peer", 1), sign("impossible_term", 1), sign("double_vote", 1)), List.of(), 0, 0));
        assertThat(problems(Diagnosis.ofSecurity(told.done())))
                .containsExactly(
                        "CRITICAL node-a has detected that member 3 does it (double_vote, 7 times, the last at"
                                + " 2023-11-14T22:12:20Z)",
                        "SERIOUS node-a has detected that member 3 does it (impossible_term, 7 times, the last at"
                                + " 2023-11-14T22:12:20Z)",
                        "NOTICE node-a has detected that member 3 does it (foreign_peer, 7 times, the last at"
                                + " 2023-11-14T22:12:20Z)");
    }

    @Test
    void everyKindHasAnUrgencyAndARemedyAndOneOfAnotherReleaseIsNoticed() {
        List<Sign> all = Arrays.stream(DetectionKind.values())
                .map(kind -> sign(kind.label(), 1))
                .toList();
        assertThat(Diagnosis.ofSecurity(told(new Detected(all, List.of(), 0, 0)).done())
                        .problems())
                .hasSize(DetectionKind.values().length)
                .noneMatch(problem -> problem.remedy().contains("Attack detection"));
        assertThat(problems(Diagnosis.ofSecurity(told(new Detected(List.of(sign("rapid_reset", 1)), List.of(), 0, 0))
                        .done())))
                .singleElement()
                .asString()
                .startsWith("NOTICE node-a has detected that member 3 does it (rapid_reset");
    }

    @Test
    void whatIsMoreThanAnHourAgoIsNoProblemAnyMore() {
        Told told = told(new Detected(List.of(sign("double_vote", 61)), List.of(), 0, 0));
        assertThat(problems(Diagnosis.ofSecurity(told.done()))).isEmpty();
    }

    @Test
    void whoeverGuessesPasswordsIsToldOf() {
        Told told = told(new Detected(
                List.of(),
                List.of(
                        new FailedLogin("10.0.0.7", Optional.of("root"), 30, 900, NOW),
                        new FailedLogin("10.0.0.8", Optional.empty(), 10, 0, NOW),
                        new FailedLogin("10.0.0.9", Optional.of("ann"), 9, 0, NOW)),
                49,
                900));
        assertThat(problems(Diagnosis.ofSecurity(told.done())))
                .containsExactly(
                        "SERIOUS node-a has been told 30 wrong passwords for the user \"root\" from 10.0.0.7 in the last"
                                + " hour, and refused 900 more unseen",
                        "NOTICE node-a has been told 10 wrong passwords for names that are no users' from 10.0.0.8 in"
                                + " the last hour");
    }

    @Test
    void theDoctorTellsWhatIsSerious() {
        Told told = told(new Detected(List.of(sign("foreign_peer", 1), sign("two_leaders", 1)), List.of(), 0, 0));
        assertThat(problems(Diagnosis.thorough(told.done())))
                .anyMatch(text -> text.contains("two_leaders"))
                .noneMatch(text -> text.contains("foreign_peer"));
        assertThat(problems(Diagnosis.of(told.done()))).isEmpty();
    }

    @Test
    void theReportKeepsItInJson() {
        Detected detected = new Detected(
                List.of(sign("flood", 1)), List.of(new FailedLogin("10.0.0.8", Optional.empty(), 1, 2, NOW)), 1, 2);
        MemberReport report = told(detected).done().reports().getFirst();
        assertThat(ReportJson.read(ReportJson.write(report)).detected()).contains(detected);
    }
}
