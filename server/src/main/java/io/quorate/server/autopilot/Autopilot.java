package io.quorate.server.autopilot;

import io.quorate.core.quorum.MemberId;
import io.quorate.server.autopilot.AutopilotOperation.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Keeps the cluster as a policy wants it, while its member leads: looks, judges, and makes one change at a time.
 *
 * <p>It has no thread and no clock of its own: it is to be called every {@link #interval}, by one thread, which waits while a change is
 * made. {@link #report} is thread-safe.
 */
public final class Autopilot {

    private static final Duration LONGEST_INTERVAL = Duration.ofSeconds(1);
    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(20);

    /** How often it looks within the shortest time that the policy names. */
    private static final int LOOKS_A_TIME = 10;

    /** Looks that come later than after so many intervals, and an election timeout, tell nothing of what was in between. */
    private static final int MAX_MISSED_LOOKS = 3;

    private final AutopilotPolicy policy;
    private final LongSupplier nanoTime;
    private final AutopilotCluster cluster;
    private final Duration interval;
    private final Steadiness steadiness;
    private final BackOff backOff = new BackOff();
    private volatile Latest latest = new Latest(List.of(), next(new Judgement.Nothing("it has just begun")));

    private record Latest(List<Picture.Member> members, AutopilotReport.Next next) {
        private Latest {
            members = List.copyOf(members);
        }
    }

    /**
     * An autopilot that has seen nothing yet.
     *
     * @param electionTimeout after which a follower counts as silent
     * @param nanoTime a monotonic clock
     */
    public Autopilot(
            AutopilotPolicy policy, Duration electionTimeout, LongSupplier nanoTime, AutopilotCluster cluster) {
        this.policy = policy;
        this.nanoTime = nanoTime;
        this.cluster = cluster;
        Duration shortest = Stream.concat(policy.replaceDeadAfter().stream(), Stream.of(policy.steadyTime()))
                .min(Duration::compareTo)
                .orElseThrow()
                .dividedBy(LOOKS_A_TIME);
        this.interval = shortest.compareTo(LONGEST_INTERVAL) > 0
                ? LONGEST_INTERVAL
                : shortest.compareTo(SHORTEST_INTERVAL) < 0 ? SHORTEST_INTERVAL : shortest;
        this.steadiness = new Steadiness(interval.multipliedBy(MAX_MISSED_LOOKS).plus(electionTimeout));
    }

    /** How often {@link #tick} is to be called. */
    public Duration interval() {
        return interval;
    }

    /**
     * Looks, and does what is due.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public void tick() throws InterruptedException {
        Sighting seen = cluster.look();
        if (!seen.leads()) {
            steadiness.forget();
            latest = new Latest(List.of(), next(new Judgement.Nothing(whoActs(seen))));
            return;
        }
        long nowNanos = nanoTime.getAsLong();
        Picture picture = steadiness.look(nowNanos, seen);
        Judgement judgement = backOff.judge(new AutopilotRules(policy, picture).judge(), nowNanos);
        latest = new Latest(picture.members(), next(judgement));
        if (judgement instanceof Judgement.Act act) {
            act(act, seen);
        }
    }

    private static String whoActs(Sighting seen) {
        return seen.status()
                .leader()
                .map(leader -> seen.label(leader) + " leads, and is the one to act")
                .orElse("nobody leads");
    }

    /** After a change all spells begin anew: whoever votes now has yet to show how it does. */
    private void act(Judgement.Act act, Sighting seen) throws InterruptedException {
        Outcome outcome = new AutopilotOperation(cluster, nanoTime, act).execute(seen);
        steadiness.forget();
        switch (outcome.kind()) {
            case DONE -> backOff.succeeded();
            case NOT_BEGUN -> {
                // The next look finds the other operation under way, or over.
            }
            case FAILED -> backOff.failed(nanoTime.getAsLong(), act.title() + ": " + outcome.text());
        }
        String how = act.title() + ": " + outcome.text();
        latest = new Latest(List.of(), next(new Judgement.Nothing("just now: " + how)));
    }

    private static AutopilotReport.Next next(Judgement judgement) {
        return switch (judgement) {
            case Judgement.Nothing nothing -> new AutopilotReport.Next("nothing", nothing.why(), "", 0);
            case Judgement.Waiting waiting ->
                new AutopilotReport.Next(
                        "waiting", waiting.what(), "", waiting.left().toMillis());
            case Judgement.Act act -> new AutopilotReport.Next("acting", act.title(), act.reason(), 0);
        };
    }

    /**
     * What is to be told of this autopilot, as of its last look.
     *
     * @param name the member's
     */
    public AutopilotReport report(String name) {
        Latest known = latest;
        Sighting seen = cluster.look();
        return report(name, policy, seen, known.next(), known.members());
    }

    /** What a member tells that has no policy. */
    public static AutopilotReport off(String name, Sighting seen) {
        return report(
                name,
                AutopilotPolicy.OFF,
                seen,
                next(new Judgement.Nothing("this member was started without --autopilot-policy")),
                List.of());
    }

    private static AutopilotReport report(
            String name,
            AutopilotPolicy policy,
            Sighting seen,
            AutopilotReport.Next next,
            List<Picture.Member> members) {
        Optional<MemberId> leader = seen.status().leader();
        return new AutopilotReport(
                seen.status().self().toString(),
                name,
                !policy.isOff(),
                seen.leads(),
                leader.map(MemberId::toString).orElse(""),
                leader.map(seen::label).orElse(""),
                seen.status().term(),
                AutopilotReport.Policy.of(policy),
                next,
                members.stream().map(member -> observed(member, policy)).toList(),
                Operations.latest(seen.operations()));
    }

    private static AutopilotReport.Observed observed(Picture.Member member, AutopilotPolicy policy) {
        String learning = (member.witness() ? "witness " : "") + (policy.isSpare(member.name()) ? "spare" : "learner");
        String kind = member.witness() ? "witness" : "voter";
        String voting = member.leader() ? "leader" : kind;
        return new AutopilotReport.Observed(
                member.id().toString(),
                member.name(),
                member.zone(),
                member.voter() ? voting : learning,
                member.condition().name().toLowerCase(Locale.ROOT),
                member.since().toMillis());
    }
}
