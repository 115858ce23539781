package io.quorate.server.report;

import io.quorate.server.quorum.Link;
import io.quorate.server.quorum.Voters;
import io.quorate.server.report.MemberReport.Follower;
import io.quorate.server.report.Problem.Urgency;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Why nobody leads, or whoever leads cannot commit. */
final class LeadershipProblems {

    private final ClusterReports cluster;
    private final MemberReport knowing;
    private final Voters voters;

    /** The voters that answer, and may vote. */
    private final Set<String> able;

    private LeadershipProblems(ClusterReports cluster, MemberReport knowing) {
        this.cluster = cluster;
        this.knowing = knowing;
        this.voters = new Voters(new TreeSet<>(knowing.voters()), new TreeSet<>(knowing.outgoingVoters()));
        this.able = new TreeSet<>(voters.all());
        able.removeIf(voter -> !votes(cluster, voter));
    }

    private static boolean votes(ClusterReports cluster, String voter) {
        return cluster.report(voter)
                .map(report -> !report.votingSuspended() && report.stopped().isEmpty())
                .orElse(false);
    }

    static List<Problem> of(ClusterReports cluster) {
        return cluster.mostKnowing()
                .map(knowing -> new LeadershipProblems(cluster, knowing).find())
                .orElseGet(List::of);
    }

    private List<Problem> find() {
        Optional<MemberReport> leader = cluster.leader();
        if (leader.isPresent()) {
            return ofLeader(leader.get());
        }
        Optional<String> elsewhere = leaderElsewhere();
        if (elsewhere.isPresent()) {
            return List.of(new Problem(
                    Urgency.SERIOUS,
                    cluster.called(elsewhere.get()),
                    "is followed as the leader by others, but tells nothing here",
                    "see what is said of it below; the rest is told without it"));
        }
        return List.of(new Problem(Urgency.CRITICAL, Problem.CLUSTER, "has no leader: " + why(), remedy()));
    }

    private List<Problem> ofLeader(MemberReport leader) {
        Predicate<String> heard = voter -> voter.equals(leader.memberId())
                || leader.follower(voter).map(Follower::active).orElse(false);
        if (voters.isQuorum(heard)) {
            return List.of();
        }
        return List.of(new Problem(
                Urgency.CRITICAL,
                cluster.called(leader.memberId()),
                "leads, but hears of " + voters.all().stream().filter(heard).count() + " of "
                        + voters.all().size()
                        + " voters, itself included, which is no majority: nothing is committed, and"
                        + " it will step down; it does not hear of "
                        + names(voters.all().stream().filter(heard.negate()).toList()),
                "start those members, or mend the network between them and the leader"));
    }

    /** A leader that most of those who answer follow, and that does not answer itself. */
    private Optional<String> leaderElsewhere() {
        return cluster.reports().stream()
                .flatMap(report -> report.leaderId().stream())
                .filter(id -> cluster.report(id).isEmpty())
                .filter(id -> cluster.reports().stream()
                        .anyMatch(report -> report.link(id)
                                .map(MemberReport.Link::connected)
                                .orElse(false)))
                .findFirst();
    }

    private String why() {
        if (!voters.isQuorum(able::contains)) {
            List<String> missing = voters.all().stream()
                    .filter(voter -> !able.contains(voter))
                    .map(this::inability)
                    .toList();
            return able.size() + " of " + voters.all().size() + " voters can vote"
                    + (voters.isJoint()
                            ? ", and a majority of both the old and the new ones is needed"
                            : ", " + needed())
                    + ": " + String.join(", ", missing);
        }
        if (able.stream().noneMatch(this::reachesAQuorum)) {
            return "enough voters run, but none of them reaches a majority: " + String.join(", ", cuts());
        }
        if (able.stream()
                .allMatch(
                        voter -> cluster.report(voter).map(MemberReport::fenced).orElse(false))) {
            return "the states of all voters that run differ, and none of them is let lead";
        }
        if (able.stream().noneMatch(this::mayLead)) {
            return "the voters that can vote never lead, since they are witnesses, or their priority is 0: "
                    + names(List.copyOf(able))
                    + "; it waits for "
                    + names(voters.all().stream().filter(this::mayLead).toList());
        }
        return "an election is under way in term "
                + cluster.reports().stream().mapToLong(MemberReport::term).max().orElse(0) + slowness();
    }

    private String needed() {
        return Voters.majority(voters.present().size()) + " are needed";
    }

    private String inability(String voter) {
        String why = cluster.report(voter)
                .map(report -> report.stopped().isPresent()
                        ? "has stopped"
                        : "must not vote, since its log has lost something")
                .orElse("does not answer");
        return cluster.called(voter) + " " + why;
    }

    private boolean isSuspended(String voter) {
        return cluster.report(voter).map(MemberReport::votingSuspended).orElse(false);
    }

    private boolean mayLead(String voter) {
        return cluster.priority(voter) > 0;
    }

    private boolean isCut(String one, String other) {
        return cluster.link(one, other).map(Link::down).orElse(false);
    }

    private boolean reachesAQuorum(String voter) {
        return voters.isQuorum(other -> able.contains(other) && (other.equals(voter) || !isCut(voter, other)));
    }

    private List<String> cuts() {
        List<String> cuts = new ArrayList<>();
        List<String> ordered = List.copyOf(able);
        for (int i = 0; i < ordered.size(); i++) {
            for (String other : ordered.subList(i + 1, ordered.size())) {
                if (isCut(ordered.get(i), other)) {
                    cuts.add(cluster.called(ordered.get(i)) + " and " + cluster.called(other)
                            + " do not reach each other");
                }
            }
        }
        return cuts;
    }

    /** What makes elections fail again and again. */
    private String slowness() {
        long timeout = knowing.electionTimeoutMillis();
        List<String> slow = new ArrayList<>();
        for (MemberReport report : cluster.reports()) {
            if (report.sync().pendingMillis() > timeout / 2) {
                slow.add("the disk of " + report.name() + " has not answered for "
                        + report.sync().pendingMillis() + " ms");
            }
        }
        return slow.isEmpty() ? "" : "; " + String.join(", ", slow);
    }

    private String remedy() {
        if (!voters.isQuorum(voter -> !isSuspended(voter))) {
            return "those whose logs have lost something wait for others to give it back, or for a leader, and there is none without them: if"
                    + " it does not end by itself, stop all members; 'quorate recover' with all their data directories tells what"
                    + " would be kept, and goes on from it, with --state-only from what has been applied";
        }
        if (!voters.isQuorum(able::contains)) {
            return "start the members that are missing, with their data; if they are lost for good, 'quorate recover' goes on"
                    + " from what is left";
        }
        if (able.stream().noneMatch(this::reachesAQuorum)) {
            return "mend the network between the members: firewalls, routes, and the peer URLs that 'member list' shows";
        }
        if (able.stream()
                .allMatch(
                        voter -> cluster.report(voter).map(MemberReport::fenced).orElse(false))) {
            return "nothing tells which state is right: restore the cluster from a backup";
        }
        if (able.stream().noneMatch(this::mayLead)) {
            return "start those that may lead; only with a leader can priorities be changed, so if they are lost for good, 'quorate"
                    + " recover' goes on from what is left";
        }
        return "ask again in a few seconds; if it goes on, look at the round trips ('quorate quorum advise') and at"
                + " --election-timeout, which is " + knowing.electionTimeoutMillis() + " ms";
    }

    private String names(List<String> ids) {
        return String.join(", ", ids.stream().map(cluster::called).toList());
    }
}
