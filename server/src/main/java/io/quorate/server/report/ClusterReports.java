package io.quorate.server.report;

import io.quorate.server.quorum.Link;
import io.quorate.server.quorum.Node;
import io.quorate.server.quorum.Node.Condition;
import io.quorate.server.quorum.Spread;
import io.quorate.server.quorum.Topology;
import io.quorate.server.quorum.Voters;
import io.quorate.server.report.MemberReport.Follower;
import io.quorate.server.report.MemberReport.Known;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What all members of a cluster that answer tell, as somebody outside has asked them. Immutable.
 *
 * @param members every member, in the order of the ids; those that do not answer too
 */
public record ClusterReports(List<Asked> members) {

    /**
     * One member, and what came of asking it.
     *
     * @param name empty if it has never told one
     * @param report what it told, if it did
     * @param answers whether it answered, be it that it tells nothing to who asks
     * @param failure why it told nothing; empty if it did
     * @param clock how its clock compares with the one of who asked, if it answered
     */
    public record Asked(
            String id,
            String name,
            Optional<MemberReport> report,
            boolean answers,
            String failure,
            Optional<Clock> clock) {

        /** One that tells nothing. */
        public static Asked silent(String id, String name, boolean answers, String failure) {
            return new Asked(id, name, Optional.empty(), answers, failure, Optional.empty());
        }

        /** One that has told something. */
        public static Asked told(MemberReport report, Clock clock) {
            return new Asked(report.memberId(), report.name(), Optional.of(report), true, "", Optional.of(clock));
        }

        public String called() {
            return name.isEmpty() ? id : name;
        }
    }

    /** A clock is ahead by {@code aheadMillis}, give or take what the answer was under way. */
    public record Clock(long aheadMillis, long uncertaintyMillis) {}

    /** A follower that lacks more entries than this must catch up before it can help. */
    static final long BEHIND_ENTRIES = 1000;

    public ClusterReports {
        members = List.copyOf(members);
    }

    /** Those that have told something. */
    public List<MemberReport> reports() {
        return members.stream().flatMap(member -> member.report().stream()).toList();
    }

    public Optional<MemberReport> report(String id) {
        return members.stream()
                .filter(member -> member.id().equals(id))
                .findFirst()
                .flatMap(Asked::report);
    }

    /** The one that leads: of several that hold themselves for the leader, the one of the latest term. */
    public Optional<MemberReport> leader() {
        return reports().stream().filter(MemberReport::leads).max(Comparator.comparingLong(MemberReport::term));
    }

    /**
     * Whose word on the configuration counts: the leader's, else that of whoever has most of the log. A witness has not applied it, and
     * does not know what the members are called.
     */
    public Optional<MemberReport> mostKnowing() {
        return leader().or(() -> reports().stream()
                .max(Comparator.comparing((MemberReport report) -> !report.isWitness())
                        .thenComparingLong(MemberReport::commitIndex)
                        .thenComparingLong(MemberReport::lastIndex)));
    }

    /** How people call a member. */
    public String called(String id) {
        return members.stream()
                .filter(member -> member.id().equals(id))
                .findFirst()
                .map(Asked::called)
                .or(() -> mostKnowing().flatMap(report -> known(report, id)).map(Known::called))
                .orElse(id);
    }

    private static Optional<Known> known(MemberReport report, String id) {
        return report.members().stream()
                .filter(known -> known.memberId().equals(id))
                .findFirst();
    }

    /** The link between two members, as either of them measures it. */
    public Optional<Link> link(String a, String b) {
        List<MemberReport.Link> measured = Stream.of(measured(a, b), measured(b, a))
                .flatMap(Optional::stream)
                .filter(link -> link.sent() > 0)
                .toList();
        if (measured.isEmpty()) {
            return Optional.empty();
        }
        // Both ends measure the same way; the one that has measured more knows it better.
        MemberReport.Link most = measured.stream()
                .max(Comparator.comparingInt(link -> link.sent() - link.lost()))
                .orElseThrow();
        return Optional.of(Link.between(
                a,
                b,
                most.rttMicros().map(rtt -> new Spread(rtt.p50(), rtt.p99())),
                most.sent(),
                most.lost(),
                most.outages(),
                measured.stream().anyMatch(MemberReport.Link::isDown)));
    }

    private Optional<MemberReport.Link> measured(String from, String to) {
        return report(from).flatMap(report -> report.link(to));
    }

    /** What is known of the members and their links; nothing if nobody answers. */
    public Optional<Topology> topology() {
        return mostKnowing().map(this::topology);
    }

    private Topology topology(MemberReport knowing) {
        SortedMap<String, Node> nodes = new TreeMap<>();
        Voters voters = new Voters(new TreeSet<>(knowing.voters()), new TreeSet<>(knowing.outgoingVoters()));
        NavigableSet<String> ids = new TreeSet<>(voters.all());
        ids.addAll(knowing.learners());
        ids.forEach(id -> nodes.put(id, node(id, knowing)));
        List<Link> links = new ArrayList<>();
        for (String one : ids) {
            ids.tailSet(one, false).forEach(other -> link(one, other).ifPresent(links::add));
        }
        return new Topology(nodes, voters, leader().map(MemberReport::memberId).filter(ids::contains), links);
    }

    private Node node(String id, MemberReport knowing) {
        Optional<MemberReport> own = report(id);
        Optional<String> zone =
                own.flatMap(MemberReport::zone).or(() -> known(knowing, id).flatMap(Known::zone));
        Optional<Spread> sync = own.map(MemberReport::sync)
                .filter(measured -> measured.count() > 0)
                .map(measured -> new Spread(measured.p50Micros(), measured.p99Micros()));
        String called = called(id);
        boolean witness = knowing.witnesses().contains(id);
        return new Node(id, called.equals(id) ? "" : called, zone, sync, condition(id), priority(id), witness);
    }

    /** By which a member is to lead rather than others, 0 if never; the usual one if nobody tells. */
    public int priority(String id) {
        return mostKnowing()
                .flatMap(report -> known(report, id))
                .flatMap(Known::priority)
                .orElse(Node.USUAL_PRIORITY);
    }

    /** Whether a member takes part in decisions now, as far as the leader and the member itself tell. */
    Condition condition(String id) {
        Optional<MemberReport> own = report(id);
        Optional<Follower> seen = leader().flatMap(leader -> leader.follower(id));
        boolean leads = leader().map(MemberReport::memberId).equals(Optional.of(id));
        boolean lost = seen.isPresent() ? !seen.get().active() : own.isEmpty() && !leads;
        if (lost) {
            return Condition.DOWN;
        }
        boolean cannot = own.map(report -> report.votingSuspended()
                        || report.stateMissing()
                        || report.stopped().isPresent())
                .orElse(false);
        boolean lags = seen.map(
                        follower -> follower.state().equals(Follower.SNAPSHOT) || lag(follower) > BEHIND_ENTRIES)
                .orElse(false);
        return cannot || lags ? Condition.BEHIND : Condition.GOOD;
    }

    private long lag(Follower follower) {
        return leader().map(leader -> leader.commitIndex() - follower.matchIndex())
                .orElse(0L);
    }
}
