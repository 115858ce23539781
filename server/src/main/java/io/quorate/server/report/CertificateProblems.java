package io.quorate.server.report;

import io.quorate.server.report.MemberReport.Certificate;
import io.quorate.server.report.MemberReport.RefusedConnection;
import io.quorate.server.report.MemberReport.RevocationList;
import io.quorate.server.report.MemberReport.Tls;
import io.quorate.server.report.Problem.Urgency;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** Which certificates keep members or clients from each other, or soon will, and which lists of revoked ones are overdue. The members' own clocks count. */
final class CertificateProblems {

    /** What was refused longer ago may be mended by now. */
    private static final long RECENT_MILLIS = Duration.ofMinutes(2).toMillis();

    /** Whoever renews by hand needs some days. */
    private static final long SOON_MILLIS = Duration.ofDays(14).toMillis();

    private final ClusterReports cluster;
    private final List<Problem> problems = new ArrayList<>();

    private CertificateProblems(ClusterReports cluster) {
        this.cluster = cluster;
    }

    /** Those that do harm now. */
    static List<Problem> of(ClusterReports cluster) {
        CertificateProblems found = new CertificateProblems(cluster);
        cluster.reports().forEach(report -> report.tls().ifPresent(tls -> found.present(report, tls)));
        return found.problems;
    }

    /** Those that will, or that keep out clients alone, who may be strangers. */
    static List<Problem> precautions(ClusterReports cluster) {
        CertificateProblems found = new CertificateProblems(cluster);
        cluster.reports().forEach(report -> report.tls().ifPresent(tls -> found.soon(report, tls)));
        return found.problems;
    }

    private void add(Urgency urgency, MemberReport report, String what, String remedy) {
        problems.add(new Problem(urgency, cluster.called(report.memberId()), what, remedy));
    }

    private void present(MemberReport report, Tls tls) {
        for (Certificate certificate : tls.certificates()) {
            if (certificate.endMillis() <= report.timeMillis()) {
                add(
                        Urgency.CRITICAL,
                        report,
                        "has at " + certificate.role() + " a certificate that has expired, on "
                                + date(certificate.endMillis()) + ": " + certificate.subject(),
                        "put a new one in its place; it is used without a restart");
            }
            certificate
                    .refusedFiles()
                    .ifPresent(why -> add(
                            Urgency.SERIOUS,
                            report,
                            "does not use the changed files of " + certificate.role() + ": " + why,
                            "correct them; until then the certificate before them is used, which ends on "
                                    + date(certificate.endMillis())));
        }
        for (RefusedConnection refused : tls.refused()) {
            if (refused.ofMember() && isRecent(report, refused)) {
                add(
                        Urgency.SERIOUS,
                        report,
                        "cannot speak TLS with " + refused.other() + ", at " + refused.by() + ": " + refused.why(),
                        "put the certificates right; docs/security.md says how for each reason");
            }
        }
    }

    private static boolean isRecent(MemberReport report, RefusedConnection refused) {
        return report.timeMillis() - refused.timeMillis() <= RECENT_MILLIS;
    }

    private void soon(MemberReport report, Tls tls) {
        for (Certificate certificate : tls.certificates()) {
            long left = certificate.endMillis() - report.timeMillis();
            if (left > 0 && left <= SOON_MILLIS) {
                add(
                        Urgency.NOTICE,
                        report,
                        "has at " + certificate.role() + " a certificate that expires soon, on "
                                + date(certificate.endMillis()) + ": " + certificate.subject(),
                        "put a new one in its place; it is used without a restart");
            }
        }
        for (RevocationList list : tls.revocations()) {
            if (list.nextMillis() <= report.timeMillis()) {
                add(
                        Urgency.NOTICE,
                        report,
                        "has at " + list.role() + " a list of revoked certificates of " + list.issuer()
                                + " that is overdue since " + date(list.nextMillis())
                                + ": what was revoked since may not be in it",
                        "have 'quorate certs rotate', or whoever runs the CA, make it anew, and bring it to the member");
            }
        }
        for (RefusedConnection refused : tls.refused()) {
            if (!refused.ofMember() && isRecent(report, refused)) {
                add(
                        Urgency.NOTICE,
                        report,
                        "has refused a client at " + refused.other() + ": " + refused.why(),
                        "if it is one of yours, put its certificate right; docs/security.md says how for each reason");
            }
        }
    }

    private static String date(long millis) {
        return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
