package io.quorate.cli;

import io.quorate.server.grey.GreyScore;
import io.quorate.server.quorum.Latency;
import io.quorate.server.quorum.Link;
import io.quorate.server.quorum.Node;
import io.quorate.server.quorum.Outlook;
import io.quorate.server.quorum.Spread;
import io.quorate.server.quorum.Topology;
import io.quorate.server.report.ClusterReports;
import io.quorate.server.report.MemberReport;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** How the quorum, its members and its links are told to people. */
final class QuorumText {

    private static final String UNKNOWN = "?";
    private static final int WEAKEST = 3;

    /** A link is weak that takes so many times as long as the middle one. */
    private static final int MUCH_SLOWER = 3;

    /** Below this nobody's commits are slow for a link's sake. */
    private static final long SLOW_MICROS = 1000;

    private QuorumText() {}

    /** @throws CommandFailed if no member has told anything */
    static Topology topology(ClusterReports cluster) {
        return cluster.topology()
                .orElseThrow(() -> new CommandFailed(
                        ExitCode.FAILED,
                        "no member tells what it measures: "
                                + String.join(
                                        "; ",
                                        cluster.members().stream()
                                                .map(member -> member.called() + ": " + member.failure())
                                                .toList())));
    }

    private static List<Node> byName(Topology topology) {
        return topology.nodes().values().stream()
                .sorted(Comparator.comparing(Node::called))
                .toList();
    }

    /** The members, one in a row. */
    static Table members(ClusterReports cluster, Topology topology) {
        long committed = cluster.reports().stream()
                .mapToLong(MemberReport::commitIndex)
                .max()
                .orElse(0);
        Table table =
                new Table("MEMBER", "ZONE", "ROLE", "CONDITION", "PRIORITY", "SCORE", "SYNC p50 / p99", "TO APPLY");
        for (Node node : byName(topology)) {
            table.add(
                    node.called(),
                    node.zone().orElse(UNKNOWN),
                    role(topology, node),
                    node.condition().name().toLowerCase(Locale.ROOT),
                    Integer.toString(node.priority()),
                    cluster.report(node.id())
                            .flatMap(MemberReport::score)
                            .map(QuorumText::score)
                            .orElse(UNKNOWN),
                    node.sync().map(QuorumText::spread).orElse(UNKNOWN),
                    cluster.report(node.id())
                            .map(report -> Long.toString(Math.max(0, committed - report.appliedIndex())))
                            .orElse(UNKNOWN));
        }
        return table;
    }

    private static String score(MemberReport.Score score) {
        return GreyScore.text(score.value()) + (score.ailing() ? ", ailing" : "");
    }

    static String role(Topology topology, Node node) {
        if (topology.leader().equals(Optional.of(node.id()))) {
            return "leader";
        }
        String role = topology.isVoter(node.id()) ? "voter" : "learner";
        return node.witness() ? role + ", witness" : role;
    }

    /** The links, as each end measures them. */
    static Table matrix(ClusterReports cluster, Topology topology) {
        List<Node> nodes = byName(topology);
        Table table = new Table(Stream.concat(Stream.of("FROM"), nodes.stream().map(Node::called))
                .toArray(String[]::new));
        for (Node from : nodes) {
            table.add(Stream.concat(Stream.of(from.called()), nodes.stream().map(to -> cell(cluster, from, to)))
                    .toArray(String[]::new));
        }
        return table;
    }

    private static String cell(ClusterReports cluster, Node from, Node to) {
        if (from.id().equals(to.id())) {
            return "-";
        }
        Optional<MemberReport.Link> link = cluster.report(from.id()).flatMap(report -> report.link(to.id()));
        if (link.isEmpty() || link.get().sent() == 0) {
            return UNKNOWN;
        }
        if (link.get().isDown()) {
            return "down";
        }
        String loss = link.get().lost() == 0
                ? ""
                : ", " + percent(link.get().lost(), link.get().sent()) + " lost";
        return link.get()
                        .rttMicros()
                        .map(rtt -> spread(new Spread(rtt.p50(), rtt.p99())))
                        .orElse(UNKNOWN)
                + loss;
    }

    private static String percent(int part, int of) {
        return Math.round(100.0 * part / of) + " %";
    }

    static String spread(Spread spread) {
        return Latency.millis(spread.p50Micros()) + " / " + Latency.millis(spread.p99Micros());
    }

    /** What is said of a cluster, as it is or would be. */
    static void print(PrintWriter out, Topology topology, Outlook outlook) {
        out.println(
                "Voters: " + outlook.voters() + (topology.voters().isJoint() ? ", while they are being changed" : "")
                        + ", learners: " + topology.learners().size());
        out.println("Now: " + outlook.now().text() + critical(topology, outlook));
        out.println("Once all members are well: " + outlook.whenAllAreWell().text());
        if (outlook.p50() instanceof Latency.Never) {
            out.println("No write commits.");
            return;
        }
        out.println("A write alone commits in " + outlook.p50().text() + " (median), "
                + outlook.p99().text() + " (99th percentile)"
                + topology.leader()
                        .map(id -> ", led by " + topology.node(id).called())
                        .orElse(", led by whoever is fastest"));
    }

    private static String critical(Topology topology, Outlook outlook) {
        List<String> names = outlook.now().critical().stream()
                .map(id -> topology.node(id).called())
                .toList();
        return names.isEmpty() ? "" : "; the quorum needs every one of " + String.join(", ", names);
    }

    /** The links between members that lose most, or take longest; none if all are much alike. */
    static List<Link> weakest(Topology topology) {
        long[] medians = topology.links().stream()
                .flatMap(link -> link.roundTrip().stream())
                .mapToLong(Spread::p50Micros)
                .sorted()
                .toArray();
        long middle = medians.length == 0 ? 0 : medians[(medians.length - 1) / 2];
        return topology.links().stream()
                .filter(link -> link.down() || link.lost() > 0 || isSlow(link, middle))
                .sorted(Comparator.comparing(Link::down)
                        .thenComparingDouble(Link::loss)
                        .thenComparingLong(
                                link -> link.roundTrip().map(Spread::p50Micros).orElse(0L))
                        .reversed())
                .limit(WEAKEST)
                .toList();
    }

    private static boolean isSlow(Link link, long middleMicros) {
        return link.roundTrip()
                .map(trip -> trip.p50Micros() > Math.max(SLOW_MICROS, middleMicros * MUCH_SLOWER))
                .orElse(false);
    }

    static String describe(Topology topology, Link link) {
        String both = topology.node(link.one()).called() + " - "
                + topology.node(link.other()).called();
        if (link.down()) {
            return both + ": down";
        }
        return both + ": " + link.roundTrip().map(QuorumText::spread).orElse(UNKNOWN) + ", "
                + percent(link.lost(), link.sent()) + " lost";
    }
}
