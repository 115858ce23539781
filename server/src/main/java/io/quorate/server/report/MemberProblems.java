package io.quorate.server.report;

import io.quorate.server.grey.GreyScore;
import io.quorate.server.grey.Part;
import io.quorate.server.quorum.Latency;
import io.quorate.server.report.ClusterReports.Asked;
import io.quorate.server.report.ClusterReports.Clock;
import io.quorate.server.report.MemberReport.Divergence;
import io.quorate.server.report.MemberReport.Follower;
import io.quorate.server.report.MemberReport.Score;
import io.quorate.server.report.MemberReport.ScoredPart;
import io.quorate.server.report.MemberReport.SnapshotTransfer;
import io.quorate.server.report.Problem.Urgency;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is wrong with each member by itself, and why it is behind. */
final class MemberProblems {

    private static final long SYNC_HANGS_MILLIS = 1000;

    /** A disk stalls if 1 of 100 syncs takes longer than this, of so many at least. */
    private static final long STALL_MICROS = 250_000;

    private static final long ENOUGH_SYNCS = 200;

    /** More than this between a clock and the middle one of all is told of. */
    private static final long CLOCK_MILLIS = 1000;

    private final ClusterReports cluster;
    private final List<Problem> problems = new ArrayList<>();

    private MemberProblems(ClusterReports cluster) {
        this.cluster = cluster;
    }

    static List<Problem> of(ClusterReports cluster) {
        MemberProblems found = new MemberProblems(cluster);
        for (Asked member : cluster.members()) {
            if (member.report().isPresent()) {
                found.look(member, member.report().get());
            } else {
                found.silent(member);
            }
        }
        found.clocks();
        return found.problems;
    }

    private void add(Urgency urgency, String member, String what, String remedy) {
        problems.add(new Problem(urgency, member, what, remedy));
    }

    private void silent(Asked member) {
        List<MemberReport> others = cluster.reports();
        boolean heard = others.stream()
                .anyMatch(other -> other.link(member.id())
                        .map(MemberReport.Link::connected)
                        .orElse(false));
        boolean measured = others.stream()
                .anyMatch(other ->
                        other.link(member.id()).map(link -> link.sent() > 0).orElse(false));
        if (member.answers()) {
            add(
                    Urgency.SERIOUS,
                    member.called(),
                    "answers, but tells nothing here: " + member.failure(),
                    "ask as somebody who may know it");
        } else if (member.name().isEmpty() && !heard) {
            add(
                    Urgency.SERIOUS,
                    member.called(),
                    "was added and has never been heard of",
                    "start it, with --initial-cluster-state existing; or remove it");
        } else if (heard) {
            add(
                    Urgency.SERIOUS,
                    member.called(),
                    "runs, since other members reach it, but tells nothing here: " + member.failure(),
                    "check that its client URL is reached from here");
        } else {
            add(
                    Urgency.SERIOUS,
                    member.called(),
                    "is down, or cut off"
                            + (measured ? ": no member that answers reaches it either" : ": " + member.failure()),
                    "start it again with its data, or mend its network; if it is lost for good, remove it and add another"
                            + (isWitness(member.id()) ? " witness, with 'quorate members add --witness'" : ""));
        }
    }

    private void look(Asked member, MemberReport report) {
        String name = member.called();
        stopped(member, report);
        report.waitsFor()
                .ifPresent(
                        why -> add(
                                Urgency.SERIOUS,
                                name,
                                "takes no part yet, since it came without data: " + why,
                                "start the others, with their data; if it had data, give them back to it: see docs/membership.md"));
        if (!report.serving() && report.stopped().isEmpty() && report.waitsFor().isEmpty()) {
            add(Urgency.SERIOUS, name, "serves no clients: it starts, stops, or mends its data", "wait, and ask again");
        }
        state(name, report);
        if (report.votingSuspended()) {
            add(
                    Urgency.SERIOUS,
                    name,
                    "does not vote, since its log has lost something" + missing(report),
                    "it gets it back by itself from a leader that has most of the voters without it, or from whoever has a copy: keep the"
                            + " others running");
        }
        if (report.sync().pendingMillis() > SYNC_HANGS_MILLIS) {
            add(
                    report.leads() ? Urgency.CRITICAL : Urgency.SERIOUS,
                    name,
                    "waits for its disk: a sync of its log has taken "
                            + report.sync().pendingMillis() + " ms and has not ended",
                    "look at the disk and at what else uses it");
        }
        if (report.sync().p99Micros() > STALL_MICROS && report.sync().count() >= ENOUGH_SYNCS) {
            add(
                    Urgency.SERIOUS,
                    name,
                    "has a disk that stalls: 1 of 100 syncs of its log takes "
                            + Latency.millis(report.sync().p99Micros()) + " or more, where half of them take "
                            + Latency.millis(report.sync().p50Micros()) + " at most",
                    "look at the disk and at what else uses it");
        }
        report.gc()
                .filter(gc -> gc.pauseMaxMillis() > report.electionTimeoutMillis() / 2)
                .ifPresent(gc -> add(
                        Urgency.SERIOUS,
                        name,
                        "was stopped for " + gc.pauseMaxMillis() + " ms by its garbage collector, more than half of the"
                                + " election timeout",
                        "give the process more memory"));
        report.score()
                .filter(Score::ailing)
                .ifPresent(score -> add(
                        Urgency.SERIOUS,
                        name,
                        "fails slowly: its score is " + GreyScore.text(score.value()) + " of 1"
                                + (score.value() > 0 ? ", since " + reasons(score) : ""),
                        ailing(report)));
        if (report.stopped().isEmpty()) {
            behind(member, report);
        }
    }

    /** That it is behind, and not heard of by the leader, follows from it. */
    private void stopped(Asked member, MemberReport report) {
        if (report.stopped().isEmpty()) {
            return;
        }
        report.logDiverged()
                .ifPresentOrElse(
                        diverged -> add(
                                Urgency.SERIOUS,
                                member.called(),
                                "takes no part any more, since its log diverged: at or before entry " + diverged.term()
                                        + "/" + diverged.index() + " it holds something else than the leader's",
                                "starting it again does not help, and nothing tells which of the two logs is right: stop it, keep"
                                        + " a copy of its data directory, and bring it back with an empty one by --replace-member"
                                        + " (docs/membership.md); members that were restored must restore the same file"),
                        () -> add(
                                Urgency.SERIOUS,
                                member.called(),
                                "takes no part any more: " + report.stopped().get(),
                                "read its log, and start it again"));
    }

    private String ailing(MemberReport report) {
        if (report.leads()) {
            return "it gives way when another voter is clearly better, unless it was started with --on-grey-failure stay;"
                    + " see docs/elections.md";
        }
        String look = "look at what makes it slow; ";
        if (isLearner(report.memberId())) {
            return look + "it does not vote yet, so that nobody waits for it";
        }
        return look
                + (isWitness(report.memberId())
                        ? "it is a witness and never leads, but commits that need its vote wait for it"
                        : "it is not handed the leadership meanwhile");
    }

    private boolean isWitness(String id) {
        return cluster.mostKnowing()
                .filter(report -> report.witnesses().contains(id))
                .isPresent();
    }

    private boolean isLearner(String id) {
        return cluster.mostKnowing()
                .filter(report -> report.learners().contains(id))
                .isPresent();
    }

    private static String reasons(Score score) {
        return score.parts().stream()
                .filter(part -> part.score() > 0)
                .map(MemberProblems::reason)
                .collect(Collectors.joining(", "));
    }

    private static String reason(ScoredPart scored) {
        return Part.called(scored.part()).map(Part::what).orElse(scored.part() + " is") + " "
                + Latency.millis(scored.micros()) + " (fine up to " + Latency.millis(scored.fineMicros())
                + ", failing from " + Latency.millis(scored.failingMicros()) + ")";
    }

    private void state(String name, MemberReport report) {
        boolean differs = cluster.reports().stream()
                .anyMatch(other -> other.verification().differing().contains(report.memberId()));
        if (report.fenced() || differs) {
            add(
                    Urgency.CRITICAL,
                    name,
                    "serves nobody, since its state was found to differ from what it should be" + where(report),
                    "it repairs itself unless it was started with --on-divergence stop, or no majority agrees: then restore"
                            + " the cluster from a backup");
        }
        if (report.stateMissing()) {
            add(
                    Urgency.SERIOUS,
                    name,
                    "has no state, and waits for the leader's snapshot",
                    "wait; it needs a leader, and room on its disk");
        }
    }

    /** As whoever knows the latest comparison tells it; what a member finds by itself, when it scrubs, is in its log. */
    private String where(MemberReport differing) {
        return cluster.reports().stream()
                .flatMap(other -> other.verification().divergences().stream())
                .filter(divergence -> divergence.memberId().equals(differing.memberId()))
                .max(Comparator.comparingLong(Divergence::index))
                .map(divergence -> ": at log index " + divergence.index() + ", in the buckets " + divergence.buckets()
                        + " of its digest")
                .orElse("");
    }

    private String missing(MemberReport report) {
        return report.missingEntries()
                .map(missing -> ": of the entries up to " + missing.endIndex() + ", " + missing.damaged()
                        + " have no intact copy here, and it asks for entry " + missing.wantedIndex()
                        + (missing.lackedBy().isEmpty()
                                ? ""
                                : ", which is not to be had from "
                                        + String.join(
                                                ", ",
                                                missing.lackedBy().stream()
                                                        .map(cluster::called)
                                                        .toList())))
                .orElse("");
    }

    private void behind(Asked member, MemberReport report) {
        Optional<MemberReport> leader = cluster.leader();
        Optional<Follower> seen = leader.flatMap(leading -> leading.follower(member.id()));
        if (leader.isPresent() && seen.isPresent()) {
            behind(member, leader.get(), seen.get());
        }
        long unapplied = report.commitIndex() - report.appliedIndex();
        if (unapplied > ClusterReports.BEHIND_ENTRIES) {
            add(
                    Urgency.SERIOUS,
                    member.called(),
                    "is behind: it has " + unapplied + " committed entries still to apply",
                    "wait; if it grows, its processor or disk is too slow for what is written");
        }
    }

    private void behind(Asked member, MemberReport leader, Follower seen) {
        String leading = cluster.called(leader.memberId());
        long lag = leader.commitIndex() - seen.matchIndex();
        if (!seen.active()) {
            boolean cut = cluster.link(member.id(), leader.memberId())
                    .map(link -> link.down())
                    .orElse(false);
            add(
                    Urgency.SERIOUS,
                    member.called(),
                    "is cut off from the leader: " + leading + " has not heard of it for " + seen.silentMillis() + " ms"
                            + (cut ? ", and probes between the two are lost" : ""),
                    "mend the network between the two");
        } else if (seen.state().equals(Follower.SNAPSHOT)) {
            add(
                    Urgency.SERIOUS,
                    member.called(),
                    "is behind, and "
                            + (isWitness(member.id()) ? "is told where the log begins by " : "gets a snapshot from ")
                            + leading
                            + progress(leader, member.id()),
                    "wait until it has it; "
                            + (isLearner(member.id())
                                    ? "till then it is not ready to be promoted"
                                    : "till then it does not help to commit"));
        } else if (lag > ClusterReports.BEHIND_ENTRIES) {
            add(
                    Urgency.SERIOUS,
                    member.called(),
                    "is behind: its log lacks " + lag + " entries that are committed",
                    "wait; if it grows, its disk or its link to " + leading + " is too slow for what is written");
        }
    }

    private static String progress(MemberReport leader, String to) {
        return leader.snapshotTransfers().stream()
                .filter(transfer -> transfer.to().equals(to))
                .findFirst()
                .map(MemberProblems::progress)
                .orElse("");
    }

    private static String progress(SnapshotTransfer transfer) {
        return transfer.totalBytes() == 0
                ? ""
                : ": " + transfer.doneBytes() * 100 / transfer.totalBytes() + " % of " + transfer.totalBytes() / 1024
                        + " KiB are sent";
    }

    /** Who asked may be wrong about the time itself: a member is compared with the middle one. */
    private void clocks() {
        List<Asked> told = cluster.members().stream()
                .filter(member -> member.clock().isPresent())
                .toList();
        if (told.size() < 2) {
            return;
        }
        long[] sorted = told.stream()
                .flatMap(member -> member.clock().stream())
                .mapToLong(Clock::aheadMillis)
                .sorted()
                .toArray();
        long middle = sorted[(sorted.length - 1) / 2];
        long most = told.stream()
                .flatMap(member -> member.clock().stream())
                .mapToLong(Clock::uncertaintyMillis)
                .max()
                .orElse(0);
        for (Asked member : told) {
            long ahead = member.clock().map(Clock::aheadMillis).orElse(middle) - middle;
            if (Math.abs(ahead) > CLOCK_MILLIS + 2 * most) {
                add(
                        Urgency.NOTICE,
                        member.called(),
                        "has a clock that is " + Math.abs(ahead) + " ms " + (ahead > 0 ? "ahead of" : "behind")
                                + " the others'",
                        "set it; leases and elections do not depend on it, signed tokens and logs do");
            }
        }
    }
}
