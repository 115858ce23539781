package io.quorate.server.operations;

import io.quorate.server.proto.managerpb.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Judges whether a cluster is well enough for an operation, before anything is done: what would put its quorum at risk is refused,
 * what only lowers its reserves is warned of.
 *
 * @param health as it was a moment ago
 * @param votersAfter the ids of those who will vote when the operation is over
 * @param newcomers how many will vote besides these, that are not members yet
 */
public record Preflight(ClusterHealth health, Set<Long> votersAfter, int newcomers) {

    /** With less room than this, a member may refuse writes before the operation is over. */
    private static final long LEAST_USABLE_BYTES = 256L << 20;

    private static final double SCARCE_SHARE = 0.1;

    public Preflight {
        votersAfter = Set.copyOf(votersAfter);
    }

    /** All checks, in the order in which they are best read. */
    public List<Check> checks() {
        return List.of(
                leader(), answers(), quorum(), noChange(), states(), lag(), alarms(), disk(), versions());
    }

    private Check leader() {
        return health.leader()
                .map(leader -> fine(
                        "leader",
                        leader.label() + " leads in term "
                                + leader.told().map(MemberHealth.Told::term).orElse(0L)))
                .orElseGet(() -> refused("leader", "the members do not agree on a leader; 'quorate why' may tell why"));
    }

    private Check answers() {
        List<String> silent = labels(member -> !member.answers());
        return silent.isEmpty()
                ? fine("members", "all " + health.members().size() + " answer")
                : warning("members", String.join(", ", silent) + " does not answer");
    }

    private Check quorum() {
        int now = health.tolerated(health.voterIds(), 0);
        int after = promised();
        String what = voters(health.voterIds(), 0) + " " + tolerance(now);
        if (!votersAfter.equals(health.voterIds()) || newcomers > 0) {
            what += "; afterwards " + voters(votersAfter, newcomers) + " " + tolerance(after);
        }
        if (now < 0) {
            return refused("quorum", what + ": nothing can be committed");
        }
        if (after < 0) {
            return refused("quorum", what + ": nothing could be committed any more");
        }
        return after < now ? warning("quorum", what) : fine("quorum", what);
    }

    /** How many voters may fail when the operation is over, if all goes well. */
    public int promised() {
        return health.tolerated(votersAfter, newcomers);
    }

    private String voters(Set<Long> ids, int more) {
        return (ids.size() + more) + " voters, " + (health.healthy(ids) + more) + " of them healthy,";
    }

    /** In words; the voters are the subject. */
    public static String tolerance(int failures) {
        if (failures < 0) {
            return "have no quorum";
        }
        return failures == 1 ? "tolerate 1 failure" : "tolerate " + failures + " failures";
    }

    private Check noChange() {
        boolean changing = health.told().anyMatch(MemberHealth.Told::changing);
        return changing
                ? refused("changes", "a change of members is under way; wait until it is over")
                : fine("changes", "no change of members is under way");
    }

    private Check states() {
        List<String> unsound = new ArrayList<>();
        for (MemberHealth member : health.members()) {
            member.told()
                    .filter(told -> !told.sound())
                    .ifPresent(told -> unsound.add(member.label() + " " + told.unsound()));
        }
        return unsound.isEmpty()
                ? fine("states", "nobody's log or state is known to be damaged or to differ")
                : refused("states", String.join("; ", unsound) + ": let it recover first");
    }

    private Check lag() {
        long commitIndex = health.commitIndex();
        List<String> behind = new ArrayList<>();
        for (MemberHealth member : health.voters()) {
            member.told()
                    .filter(told -> commitIndex - told.lastIndex() > ClusterHealth.MAX_LAG)
                    .ifPresent(told ->
                            behind.add(member.label() + " lacks " + (commitIndex - told.lastIndex()) + " entries"));
        }
        return behind.isEmpty()
                ? fine("lag", "all voters that answer have the log, or nearly all of it")
                : warning("lag", String.join(", ", behind));
    }

    private Check alarms() {
        Set<String> raised = health.told()
                .flatMap(told -> told.alarms().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        return raised.isEmpty()
                ? fine("alarms", "none is raised")
                : refused("alarms", String.join(", ", raised) + " is raised: see to it, and disarm it");
    }

    private Check disk() {
        List<String> scarce = new ArrayList<>();
        boolean full = false;
        for (MemberHealth member : health.members()) {
            Optional<MemberHealth.Told> known = member.told().filter(told -> told.totalBytes() > 0);
            if (known.filter(told -> told.usableBytes() < told.totalBytes() * SCARCE_SHARE
                            || told.usableBytes() < LEAST_USABLE_BYTES)
                    .isPresent()) {
                scarce.add(member.label() + " has " + (known.get().usableBytes() >> 20) + " MiB left");
                full |= known.get().usableBytes() < LEAST_USABLE_BYTES;
            }
        }
        if (scarce.isEmpty()) {
            return fine("disk", "there is room at all members that answer");
        }
        return full ? refused("disk", String.join(", ", scarce)) : warning("disk", String.join(", ", scarce));
    }

    private Check versions() {
        Set<String> versions =
                health.told().map(MemberHealth.Told::version).collect(Collectors.toCollection(TreeSet::new));
        return versions.size() <= 1
                ? fine("versions", "all run " + (versions.isEmpty() ? "nothing that is known" : versions.iterator().next()))
                : warning("versions", "members run different releases: " + String.join(", ", versions));
    }

    private List<String> labels(Predicate<MemberHealth> which) {
        return health.members().stream().filter(which).map(MemberHealth::label).toList();
    }

    private static Check fine(String name, String finding) {
        return check(name, Check.Verdict.FINE, finding);
    }

    private static Check warning(String name, String finding) {
        return check(name, Check.Verdict.WARNING, finding);
    }

    private static Check refused(String name, String finding) {
        return check(name, Check.Verdict.REFUSED, finding);
    }

    static Check check(String name, Check.Verdict verdict, String finding) {
        return Check.newBuilder()
                .setName(name)
                .setVerdict(verdict)
                .setFinding(finding)
                .build();
    }
}
