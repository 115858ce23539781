package io.quorate.server.report;

import io.quorate.server.report.ClusterReports.Asked;
import io.quorate.server.report.Exposure.Listener;
import io.quorate.server.report.Problem.Urgency;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where a cluster is open to those who should not get in, or soon will keep out those who should, by what its members tell alone. What
 * nobody can tell from outside, such as whether a password is weak or has leaked, is not judged.
 */
final class SecurityProblems {

    private static final String OLD_TLS = "TLS1.2";

    private final ClusterReports cluster;
    private final List<Problem> problems = new ArrayList<>();

    private SecurityProblems(ClusterReports cluster) {
        this.cluster = cluster;
    }

    /** In no order. */
    static List<Problem> of(ClusterReports cluster) {
        SecurityProblems found = new SecurityProblems(cluster);
        cluster.members().forEach(found::unknown);
        for (MemberReport report : cluster.reports()) {
            report.exposure().ifPresent(exposure -> {
                exposure.listeners().forEach(listener -> found.listener(report, exposure, listener));
                found.member(report, exposure);
            });
        }
        found.users();
        found.tokens();
        found.problems.addAll(TokenKeyProblems.of(cluster));
        found.problems.addAll(DetectionProblems.of(cluster));
        found.problems.addAll(CertificateProblems.of(cluster));
        found.problems.addAll(CertificateProblems.precautions(cluster));
        return found.problems;
    }

    private void add(Urgency urgency, MemberReport report, String what, String remedy) {
        problems.add(new Problem(urgency, cluster.called(report.memberId()), what, remedy));
    }

    /** What was not told is not good. */
    private void unknown(Asked member) {
        if (member.report().isEmpty()) {
            problems.add(new Problem(
                    Urgency.SERIOUS,
                    member.called(),
                    "does not tell who may connect with it: " + member.failure(),
                    "ask again once it answers"));
        } else if (member.report().flatMap(MemberReport::exposure).isEmpty()) {
            problems.add(new Problem(
                    Urgency.SERIOUS,
                    member.called(),
                    "does not tell who may connect with it: it is of an earlier release, or its disk does not answer",
                    "bring it to the release of the others; see 'quorate why' for its disk"));
        }
    }

    private void listener(MemberReport report, Exposure exposure, Listener listener) {
        if (listener.isPlain() && listener.reachable()) {
            plain(report, listener);
        } else if (listener.reachable() && !listener.certified()) {
            unproven(report, exposure, listener);
        }
        if (listener.minTls().filter(OLD_TLS::equals).isPresent()) {
            add(
                    Urgency.NOTICE,
                    report,
                    "speaks TLS 1.2 at " + listener.url() + " with those who know nothing newer",
                    "start it without --tls-min-version once all clients know TLS 1.3");
        }
    }

    private void plain(MemberReport report, Listener listener) {
        if (listener.ofMembers()) {
            add(
                    Urgency.CRITICAL,
                    report,
                    "talks to members in plain text at " + listener.url()
                            + ": whoever is on the way can read and change all data, and take part as a member",
                    "give all members --peer-cert-file, --peer-key-file and --peer-trusted-ca-file; docs/security.md says how");
        } else {
            add(
                    Urgency.CRITICAL,
                    report,
                    "talks to clients in plain text at " + listener.url()
                            + ": whoever is on the way can read and change what is said, passwords too",
                    "give it --cert-file and --key-file, or have it listen on 127.0.0.1");
        }
    }

    private void unproven(MemberReport report, Exposure exposure, Listener listener) {
        if (listener.ofMembers()) {
            add(
                    Urgency.CRITICAL,
                    report,
                    "lets anybody take part as a member who reaches " + listener.url(),
                    "give it --peer-trusted-ca-file, with certificates of that CA in the place of --peer-auto-tls");
        } else if (!exposure.usersEnabled() && !report.isWitness()) {
            add(
                    Urgency.CRITICAL,
                    report,
                    "serves anybody who reaches " + listener.url()
                            + ": it asks neither for a certificate nor for a user",
                    "give it --trusted-ca-file, or enable users ('etcdctl auth enable')");
        }
    }

    private void member(MemberReport report, Exposure exposure) {
        if (!exposure.openFiles().isEmpty()) {
            add(
                    Urgency.SERIOUS,
                    report,
                    "has files that others than their owner may read or change: "
                            + String.join(", ", exposure.openFiles()),
                    "'chmod go=' the directory, 'chmod o=,g-w' a key");
        }
        if (exposure.insecureAllowed()) {
            add(
                    Urgency.NOTICE,
                    report,
                    "was started with --allow-insecure: it would serve other machines in plain text, or whoever they are",
                    "start it without; it says then what it lacks");
        }
    }

    /** Users are the cluster's: whoever has applied most of the log knows best whether they are enabled. */
    private void users() {
        cluster.mostKnowing()
                .filter(knowing -> !knowing.isWitness())
                .flatMap(MemberReport::exposure)
                .filter(exposure -> !exposure.usersEnabled())
                .ifPresent(exposure -> problems.add(new Problem(
                        Urgency.NOTICE,
                        Problem.CLUSTER,
                        "has no users: every client that is let in may read and change everything",
                        "make users and roles, and enable them ('etcdctl auth enable')")));
    }

    private void tokens() {
        List<MemberReport> telling = cluster.reports().stream()
                .filter(report -> report.exposure().isPresent() && !report.isWitness())
                .toList();
        Set<String> kinds = telling.stream()
                .flatMap(report -> report.exposure().stream())
                .map(Exposure::tokens)
                .collect(Collectors.toSet());
        if (kinds.size() > 1) {
            problems.add(new Problem(
                    Urgency.SERIOUS,
                    Problem.CLUSTER,
                    "has members with different kinds of tokens, which do not know each other's: "
                            + telling.stream()
                                    .map(report -> cluster.called(report.memberId()) + " "
                                            + report.exposure().orElseThrow().tokens())
                                    .collect(Collectors.joining(", ")),
                    "start all with the same --auth-token"));
        }
        boolean users = telling.stream()
                .anyMatch(report -> report.exposure().orElseThrow().usersEnabled());
        if (users && telling.size() > 1 && kinds.contains(Exposure.SIMPLE)) {
            problems.add(new Problem(
                    Urgency.NOTICE,
                    Problem.CLUSTER,
                    "gives users simple tokens, which are not signed, and which each member must remember",
                    "start all members with --auth-token jwt and a key, so that members need only check a signature"));
        }
    }
}
