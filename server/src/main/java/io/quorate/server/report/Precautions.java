package io.quorate.server.report;

import io.quorate.server.quorum.Advice;
import io.quorate.server.quorum.Node;
import io.quorate.server.quorum.Outlook;
import io.quorate.server.quorum.Recommendation;
import io.quorate.server.quorum.Topology;
import io.quorate.server.report.Problem.Urgency;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What is no trouble yet. */
final class Precautions {

    private static final int ENOUGH_ROOM_PERCENT = 20;

    /** Reports of a comparison of states come within so many entries, usually. */
    private static final long REPORT_ENTRIES = 1_000;

    private final ClusterReports cluster;
    private final List<Problem> problems = new ArrayList<>();

    private Precautions(ClusterReports cluster) {
        this.cluster = cluster;
    }

    static List<Problem> of(ClusterReports cluster) {
        Precautions found = new Precautions(cluster);
        cluster.topology().ifPresent(found::members);
        cluster.mostKnowing().ifPresent(found::verification);
        found.sameEverywhere(
                "releases", MemberReport::releaseName, Urgency.NOTICE, "bring all members to the same release");
        found.sameEverywhere(
                "cluster ids",
                MemberReport::clusterId,
                Urgency.CRITICAL,
                "the client URLs lead to members of different clusters: correct --advertise-client-urls");
        cluster.reports().forEach(found::room);
        found.problems.addAll(CertificateProblems.precautions(cluster));
        return found.problems;
    }

    private void add(Urgency urgency, String subject, String what, String remedy) {
        problems.add(new Problem(urgency, subject, what, remedy));
    }

    private void members(Topology topology) {
        Outlook outlook = Outlook.of(topology);
        if (outlook.now().failures() == 0) {
            add(
                    Urgency.SERIOUS,
                    Problem.CLUSTER,
                    "would stop with the next member that fails: " + outlook.voters() + " voters, "
                            + topology.voters().all().stream()
                                    .filter(topology::isGood)
                                    .count() + " of them well",
                    "see 'quorate quorum advise'");
        }
        if (topology.voters().present().size() % 2 == 0) {
            add(
                    Urgency.NOTICE,
                    Problem.CLUSTER,
                    "has an even number of voters, " + outlook.voters() + ", which withstand no more than one fewer",
                    "add one, or remove one");
        }
        if (topology.zones().size() == 1 && topology.voters().present().size() > 1) {
            add(
                    Urgency.NOTICE,
                    Problem.CLUSTER,
                    "has all voters in one zone, " + topology.zones().first(),
                    "spread them over three zones");
        }
        priorities(topology);
        for (Node learner : topology.learners()) {
            if (learner.isGood()) {
                add(
                        Urgency.NOTICE,
                        learner.called(),
                        "is a learner that has the log, and does not count",
                        "promote it, if it is not meant to stay one");
            }
        }
        for (Recommendation recommendation : Advice.of(topology).recommendations()) {
            add(
                    Urgency.NOTICE,
                    Problem.CLUSTER,
                    "could be better: " + recommendation.text(topology),
                    "'quorate quorum advise' tells more");
        }
    }

    /** Who may lead: nobody notices that there is but one before that one is gone. */
    private void priorities(Topology topology) {
        List<Node> voters = topology.voters().all().stream().map(topology::node).toList();
        if (voters.stream().allMatch(Node::mayLead)) {
            return;
        }
        List<Node> never = voters.stream()
                .filter(voter -> !voter.mayLead() && !voter.witness())
                .toList();
        List<Node> able = voters.stream()
                .filter(voter -> voter.mayLead() && voter.isGood())
                .toList();
        if (able.size() == 1) {
            add(
                    Urgency.SERIOUS,
                    able.getFirst().called(),
                    "alone is left to lead: the other voters that are well never do, since they are witnesses, or their"
                            + " priority is 0",
                    "bring back the voters that may lead"
                            + (never.isEmpty()
                                    ? ""
                                    : ", or give another one a priority above 0: 'quorate members update NAME --priority 1'"));
        }
        for (Node voter : never) {
            add(
                    Urgency.NOTICE,
                    voter.called(),
                    "never leads, since its priority is 0",
                    "give it a priority above 0, if that is not meant: 'quorate members update " + voter.called()
                            + " --priority 1'");
        }
    }

    private void verification(MemberReport knowing) {
        MemberReport.Verification latest = knowing.verification();
        if (knowing.members().size() < 2) {
            return;
        }
        if (latest.index() == 0) {
            add(
                    Urgency.NOTICE,
                    Problem.CLUSTER,
                    "has never compared the states of its members",
                    "start the members with a --verify-interval that is not 0, unless they have only just begun");
        } else if (!latest.complete() && knowing.appliedIndex() - latest.index() > REPORT_ENTRIES) {
            add(
                    Urgency.NOTICE,
                    Problem.CLUSTER,
                    "has compared states at index " + latest.index() + ", and not all members have reported",
                    "see which members are down or behind");
        }
    }

    private void sameEverywhere(String what, Function<MemberReport, String> property, Urgency urgency, String remedy) {
        Set<String> different = cluster.reports().stream().map(property).collect(Collectors.toSet());
        if (different.size() > 1) {
            List<String> each = cluster.reports().stream()
                    .map(report -> cluster.called(report.memberId()) + " " + property.apply(report))
                    .toList();
            add(urgency, Problem.CLUSTER, "has members of different " + what + ": " + String.join(", ", each), remedy);
        }
    }

    /** Less than what is told of as urgent is not told twice. */
    private void room(MemberReport report) {
        report.disk()
                .filter(disk -> disk.totalBytes() > 0
                        && disk.usableBytes() < disk.totalBytes() / 100 * ENOUGH_ROOM_PERCENT
                        && !WriteProblems.isLittle(disk))
                .ifPresent(disk -> add(
                        Urgency.NOTICE,
                        cluster.called(report.memberId()),
                        "has " + disk.usableBytes() * 100 / disk.totalBytes() + " % of its disk left",
                        "make room before it is needed"));
    }
}
