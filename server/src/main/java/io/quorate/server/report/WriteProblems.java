package io.quorate.server.report;

import io.quorate.server.quorum.CommitLatency;
import io.quorate.server.quorum.Latency;
import io.quorate.server.quorum.Link;
import io.quorate.server.quorum.Spread;
import io.quorate.server.quorum.Spread.Percentile;
import io.quorate.server.quorum.Topology;
import io.quorate.server.report.Problem.Urgency;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Why writes are refused, or slow. */
final class WriteProblems {

    /** A commit that takes longer in the median is told of, with what it waits for. */
    private static final long SLOW_P50_MICROS = 25_000;

    /** More entries than these that wait for a majority are a jam. */
    private static final long MANY_UNCOMMITTED = 5_000;

    private static final int LITTLE_ROOM_PERCENT = 5;

    private final ClusterReports cluster;
    private final List<Problem> problems = new ArrayList<>();

    private WriteProblems(ClusterReports cluster) {
        this.cluster = cluster;
    }

    static List<Problem> of(ClusterReports cluster) {
        WriteProblems found = new WriteProblems(cluster);
        cluster.mostKnowing().ifPresent(found::alarms);
        cluster.reports().forEach(found::room);
        cluster.leader().ifPresent(found::jam);
        cluster.topology().ifPresent(found::slowness);
        return found.problems;
    }

    private void alarms(MemberReport knowing) {
        for (MemberReport.Alarm alarm : knowing.alarms()) {
            String whose = alarm.memberId().equals("0") ? "a client" : cluster.called(alarm.memberId());
            boolean full = alarm.type().equals("NOSPACE");
            problems.add(new Problem(
                    Urgency.CRITICAL,
                    Problem.CLUSTER,
                    full
                            ? "refuses puts: the store of " + whose + " has reached its quota (alarm NOSPACE)"
                            : "refuses everything: " + whose + " has raised the alarm " + alarm.type(),
                    full
                            ? "compact and defragment, or raise --quota-backend-bytes; the alarm goes when there is room"
                            : "find out which member differs ('quorate verify scrub'), and disarm the alarm then"));
        }
    }

    private void room(MemberReport report) {
        report.disk()
                .filter(WriteProblems::isLittle)
                .ifPresent(disk -> problems.add(new Problem(
                        Urgency.SERIOUS,
                        cluster.called(report.memberId()),
                        "has little room on its disk: " + disk.usableBytes() / (1 << 20) + " MiB of "
                                + disk.totalBytes() / (1 << 20),
                        "make room; without any it takes no more writes")));
    }

    static boolean isLittle(MemberReport.Disk disk) {
        return disk.totalBytes() > 0 && disk.usableBytes() < disk.totalBytes() / 100 * LITTLE_ROOM_PERCENT;
    }

    private void jam(MemberReport leader) {
        long waiting = leader.lastIndex() - leader.commitIndex();
        if (waiting > MANY_UNCOMMITTED) {
            problems.add(new Problem(
                    Urgency.SERIOUS,
                    cluster.called(leader.memberId()),
                    "leads, and " + waiting + " entries wait until a majority has them",
                    "see which members are slow or behind"));
        }
        if (leader.isJoint()) {
            problems.add(new Problem(
                    Urgency.NOTICE,
                    Problem.CLUSTER,
                    "changes its members: until that is done, majorities of the old and of the new voters are needed",
                    "wait; if it does not end, see which members are missing"));
        }
    }

    private void slowness(Topology topology) {
        if (topology.leader().isEmpty()) {
            return;
        }
        String leader = topology.leader().get();
        Latency p50 = CommitLatency.of(topology, leader, Percentile.P50);
        Latency p99 = CommitLatency.of(topology, leader, Percentile.P99);
        // The tail is told, and not judged: it is made of the slowest of a few probes.
        if (p50.bound().orElse(0) > SLOW_P50_MICROS) {
            problems.add(new Problem(
                    Urgency.SERIOUS,
                    Problem.CLUSTER,
                    "is slow to commit: " + p50.text() + " in the median, " + p99.text() + " in 1 of 100"
                            + CommitLatency.decisive(topology, leader)
                                    .map(voter -> "; it waits for " + parts(topology, leader, voter))
                                    .orElse(""),
                    "'quorate quorum advise' tells which leader or which members would be faster"));
        }
    }

    private String parts(Topology topology, String leader, String voter) {
        Optional<Spread> way = topology.link(leader, voter).flatMap(Link::roundTrip);
        String sync = topology.node(voter)
                .sync()
                .map(spread -> "its sync takes " + Latency.millis(spread.p50Micros()))
                .orElse("its sync is not measured");
        return cluster.called(voter)
                + way.map(spread -> " (the way takes " + Latency.millis(spread.p50Micros()) + ", ")
                        .orElse(" (")
                + sync + ")";
    }
}
