package io.quorate.server.report;

import io.quorate.engine.detection.DetectionKind;
import io.quorate.server.report.Detected.FailedLogin;
import io.quorate.server.report.Detected.Sign;
import io.quorate.server.report.Problem.Urgency;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Who attacks a cluster, or seems to, by what its members have noticed in the last hour. The members' own clocks count. */
final class DetectionProblems {

    private static final long RECENT_MILLIS = Duration.ofHours(1).toMillis();

    /** Fewer wrong passwords are somebody who does not type well. */
    private static final long MANY_WRONG = 10;

    private final ClusterReports cluster;
    private final List<Problem> problems = new ArrayList<>();

    private DetectionProblems(ClusterReports cluster) {
        this.cluster = cluster;
    }

    /** All of it. */
    static List<Problem> of(ClusterReports cluster) {
        DetectionProblems found = new DetectionProblems(cluster);
        for (MemberReport report : cluster.reports()) {
            report.detected().ifPresent(detected -> {
                detected.signs().stream()
                        .filter(sign -> isRecent(report, sign))
                        .forEach(sign -> found.sign(report, sign));
                detected.failedLogins().forEach(failed -> found.failedLogin(report, failed));
            });
        }
        return found.problems;
    }

    /** What is worth a look of somebody who has not asked for the cluster's security. */
    static List<Problem> grave(ClusterReports cluster) {
        return of(cluster).stream()
                .filter(problem -> problem.urgency() != Urgency.NOTICE)
                .toList();
    }

    private static boolean isRecent(MemberReport report, Sign sign) {
        return report.timeMillis() - sign.lastMillis() <= RECENT_MILLIS;
    }

    private void add(Urgency urgency, MemberReport report, String what, String remedy) {
        problems.add(new Problem(urgency, cluster.called(report.memberId()), what, remedy));
    }

    private void sign(MemberReport report, Sign sign) {
        Optional<DetectionKind> kind = kind(sign);
        add(
                kind.map(DetectionProblems::urgency).orElse(Urgency.NOTICE),
                report,
                "has detected that " + sign.source() + " " + sign.what() + " (" + sign.kind() + ", "
                        + times(sign.count()) + ", the last at " + time(sign.lastMillis()) + ")",
                kind.map(DetectionProblems::remedy).orElse("see docs/security.md, 'Attack detection'"));
    }

    private static Optional<DetectionKind> kind(Sign sign) {
        return Arrays.stream(DetectionKind.values())
                .filter(kind -> kind.label().equals(sign.kind()))
                .findFirst();
    }

    private static Urgency urgency(DetectionKind kind) {
        return switch (kind) {
            case TWO_LEADERS, DOUBLE_VOTE, CONTRADICTED_ENTRY -> Urgency.CRITICAL;
            case IMPOSSIBLE_TERM, IMPOSSIBLE_INDEX, UNASKED_ANSWER, REPLAYED_FRAME, FLOOD -> Urgency.SERIOUS;
            case GARBAGE, FOREIGN_PEER, STRANGERS_TERM -> Urgency.NOTICE;
        };
    }

    private static String remedy(DetectionKind kind) {
        return switch (kind) {
            case TWO_LEADERS, DOUBLE_VOTE, CONTRADICTED_ENTRY ->
                "compare the states ('quorate verify'), and look at the disks of both; if none has lost anything, one of the two"
                        + " was taken over: find out which, and replace it, with another key";
            case IMPOSSIBLE_TERM, IMPOSSIBLE_INDEX, UNASKED_ANSWER, REPLAYED_FRAME ->
                "find out what runs there; if it is no release of Quorate, replace the member, with another key";
            case FLOOD -> "find out what runs there, and what it is busy with; it is only read from more slowly";
            case GARBAGE -> "keep others than members from the peer port, by a firewall";
            case FOREIGN_PEER ->
                "stop what runs there if it was a member; else keep it from the peer port, by a firewall";
            case STRANGERS_TERM ->
                "stop what runs there if it was removed; a member that this one has not heard of yet stops by itself once it has";
        };
    }

    private void failedLogin(MemberReport report, FailedLogin failed) {
        if (failed.limited() == 0 && failed.wrong() < MANY_WRONG) {
            return;
        }
        String name = failed.user().map(user -> "the user \"" + user + "\"").orElse("names that are no users'");
        String refused = failed.limited() == 0 ? "" : ", and refused " + failed.limited() + " more unseen";
        add(
                failed.limited() == 0 ? Urgency.NOTICE : Urgency.SERIOUS,
                report,
                "has been told " + failed.wrong() + " wrong passwords for " + name + " from " + failed.address()
                        + " in the last hour" + refused,
                "if it is a program of yours, give it the right password; else keep that address away, and see that the passwords"
                        + " are long");
    }

    private static String times(long count) {
        return count == 1 ? "once" : count + " times";
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
