package io.quorate.cli;

import io.quorate.server.report.ClusterReports;
import io.quorate.server.report.Detected;
import io.quorate.server.report.Detected.FailedLogin;
import io.quorate.server.report.Detected.Sign;
import io.quorate.server.report.Exposure;
import io.quorate.server.report.Exposure.Listener;
import io.quorate.server.report.MemberReport;
import io.quorate.server.report.MemberReport.Certificate;
import io.quorate.server.report.MemberReport.RefusedConnection;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;

/** Who may connect with a cluster, for people to read. What ends or came first stands first. */
final class SecurityText {

    private static final long DAY_MILLIS = 24L * 3600 * 1000;

    /** Something of one member. */
    private record Of<T>(MemberReport member, T what) {}

    private SecurityText() {}

    static void print(PrintWriter out, ClusterReports cluster) {
        List<MemberReport> telling = cluster.reports().stream()
                .filter(report -> report.exposure().isPresent())
                .toList();
        if (telling.isEmpty()) {
            return;
        }
        out.println();
        listeners(telling).print(out);
        out.println();
        users(telling).print(out);
        atRest(out, cluster.reports());
        tokenKeys(out, telling);
        certificates(out, cluster.reports());
        refused(out, cluster.reports());
        detected(out, cluster.reports());
        failedLogins(out, cluster.reports());
    }

    private static Table listeners(List<MemberReport> telling) {
        Table table = new Table("MEMBER", "LISTENS AT", "FOR", "REACHED FROM", "SPEAKS", "LETS IN");
        for (MemberReport report : telling) {
            Exposure exposure = report.exposure().orElseThrow();
            for (Listener listener : exposure.listeners()) {
                table.add(
                        report.name(),
                        listener.url(),
                        listener.ofMembers() ? "members" : "clients",
                        listener.reachable() ? "other machines" : "this machine",
                        listener.minTls().map(oldest -> oldest + " or newer").orElse("plain text"),
                        letsIn(exposure, listener));
            }
        }
        return table;
    }

    /** Users are asked for by clients' calls alone, whatever the connection is. */
    static String letsIn(Exposure exposure, Listener listener) {
        boolean users = !listener.ofMembers() && exposure.usersEnabled();
        if (listener.certified()) {
            return users ? "users, with a certificate" : "whoever has a certificate";
        }
        return users ? "users" : "anybody";
    }

    private static Table users(List<MemberReport> telling) {
        Table table = new Table(
                "MEMBER", "USERS", "BY CERTIFICATE", "TOKENS", "ALLOW INSECURE", "REFUSED CLIENTS", "MEMBERS");
        for (MemberReport report : telling) {
            Exposure exposure = report.exposure().orElseThrow();
            table.add(
                    report.name(),
                    exposure.usersEnabled() ? "enabled" : "disabled",
                    exposure.usersByCertificate() ? "yes" : "no",
                    exposure.tokens(),
                    exposure.insecureAllowed() ? "yes" : "no",
                    Long.toString(exposure.refusedClients()),
                    Long.toString(exposure.refusedMembers()));
        }
        return table;
    }

    /** How far a change of keys has come, in bytes of files. */
    private static void atRest(PrintWriter out, List<MemberReport> reports) {
        Table table = new Table("MEMBER", "ON DISK", "SEALED WITH", "FILES", "BYTES");
        reports.forEach(report -> report.atRest()
                .forEach(share -> table.add(
                        report.name(),
                        share.what(),
                        share.keyId().orElse("nothing"),
                        Integer.toString(share.files()),
                        Long.toString(share.bytes()))));
        out.println();
        table.print(out);
    }

    private static void tokenKeys(PrintWriter out, List<MemberReport> telling) {
        Table table = new Table("MEMBER", "KEY OF TOKENS", "ALGORITHM", "SIGNS");
        for (MemberReport report : telling) {
            report.exposure()
                    .flatMap(Exposure::tokenKeys)
                    .ifPresent(keys -> keys.known()
                            .forEach(key -> table.add(
                                    report.name(),
                                    key.id(),
                                    key.algorithm(),
                                    keys.signing().filter(key.id()::equals).isPresent() ? "yes" : "no")));
        }
        if (!table.isEmpty()) {
            out.println();
            table.print(out);
        }
    }

    private static void certificates(PrintWriter out, List<MemberReport> reports) {
        List<Of<Certificate>> certificates = reports.stream()
                .flatMap(report -> report.tls().stream()
                        .flatMap(tls -> tls.certificates().stream())
                        .map(certificate -> new Of<>(report, certificate)))
                .sorted(Comparator.comparingLong(each -> each.what().endMillis()))
                .toList();
        if (certificates.isEmpty()) {
            return;
        }
        Table table = new Table("MEMBER", "CERTIFICATE AT", "EXPIRES", "IN DAYS", "SUBJECT");
        for (Of<Certificate> each : certificates) {
            long left = each.what().endMillis() - each.member().timeMillis();
            table.add(
                    each.member().name(),
                    each.what().role(),
                    time(each.what().endMillis()),
                    Long.toString(Math.floorDiv(left, DAY_MILLIS)),
                    each.what().subject());
        }
        out.println();
        table.print(out);
    }

    private static void refused(PrintWriter out, List<MemberReport> reports) {
        List<Of<RefusedConnection>> refused = reports.stream()
                .flatMap(report -> report.tls().stream()
                        .flatMap(tls -> tls.refused().stream())
                        .map(connection -> new Of<>(report, connection)))
                .sorted(Comparator.comparingLong(
                                (Of<RefusedConnection> each) -> each.what().timeMillis())
                        .reversed())
                .toList();
        if (refused.isEmpty()) {
            return;
        }
        Table table = new Table("MEMBER", "REFUSED AT", "WHERE", "WHO", "WHY");
        for (Of<RefusedConnection> each : refused) {
            table.add(
                    each.member().name(),
                    time(each.what().timeMillis()),
                    each.what().by(),
                    each.what().other(),
                    each.what().why());
        }
        out.println();
        table.print(out);
    }

    /** All that members remember, however long ago. */
    private static void detected(PrintWriter out, List<MemberReport> reports) {
        List<Of<Sign>> signs = reports.stream()
                .flatMap(report -> report.detected().stream()
                        .flatMap(detected -> detected.signs().stream())
                        .map(sign -> new Of<>(report, sign)))
                .sorted(Comparator.comparingLong((Of<Sign> each) -> each.what().lastMillis())
                        .reversed())
                .toList();
        if (signs.isEmpty()) {
            return;
        }
        Table table = new Table("MEMBER", "DETECTED LAST", "KIND", "TIMES", "WHO", "DID WHAT");
        for (Of<Sign> each : signs) {
            table.add(
                    each.member().name(),
                    time(each.what().lastMillis()),
                    each.what().kind(),
                    Long.toString(each.what().count()),
                    each.what().source(),
                    each.what().what());
        }
        out.println();
        table.print(out);
    }

    private static void failedLogins(PrintWriter out, List<MemberReport> reports) {
        List<Of<FailedLogin>> failed = reports.stream()
                .flatMap(report -> report.detected().stream()
                        .map(Detected::failedLogins)
                        .flatMap(List::stream)
                        .map(login -> new Of<>(report, login)))
                .toList();
        if (failed.isEmpty()) {
            return;
        }
        Table table = new Table("MEMBER", "LOGIN FAILED LAST", "FROM", "USER", "WRONG IN AN HOUR", "REFUSED UNSEEN");
        for (Of<FailedLogin> each : failed) {
            table.add(
                    each.member().name(),
                    time(each.what().lastMillis()),
                    each.what().address(),
                    each.what().user().orElse("(no user)"),
                    Long.toString(each.what().wrong()),
                    Long.toString(each.what().limited()));
        }
        out.println();
        table.print(out);
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
