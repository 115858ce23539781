package io.quorate.server.operations;

import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.quorum.Voters;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Judges whether a cluster is well enough for an operation, before anything is done: what would put its quorum at risk is refused,
 * what only lowers its reserves is warned of. What an operation is to cure does not stand against it.
 *
 * @param health as it was a moment ago
 * @param intent what the operation is about to do
 */
public record Preflight(ClusterHealth health, Intent intent) {

    /** With less room than this, a member may refuse writes before the operation is over. */
    private static final long LEAST_USABLE_BYTES = 256L << 20;

    private static final double SCARCE_SHARE = 0.1;
    private static final String NO_SPACE = "NOSPACE";

    /**
     * What an operation is about to do.
     *
     * @param votersAfter the ids of those that are members already and will vote when it is over
     * @param awaited those of them that it waits for until they have the log, and that are as good as healthy then
     * @param newcomers how many will vote besides these, that are not members yet
     * @param leaving the ids of those that will go: how they are does not matter
     * @param makesRoom whether it makes room in the members' stores
     * @param newWitnesses how many of the newcomers are witnesses
     * @param atOnce whether all that votes changes at once, by one joint change
     */
    public record Intent(
            Set<Long> votersAfter,
            Set<Long> awaited,
            int newcomers,
            Set<Long> leaving,
            boolean makesRoom,
            int newWitnesses,
            boolean atOnce) {
        public Intent {
            votersAfter = Set.copyOf(votersAfter);
            awaited = Set.copyOf(awaited);
            leaving = Set.copyOf(leaving);
        }

        /** No newcomer is a witness, and one voter comes or goes at most. */
        public Intent(Set<Long> votersAfter, Set<Long> awaited, int newcomers, Set<Long> leaving, boolean makesRoom) {
            this(votersAfter, awaited, newcomers, leaving, makesRoom, 0, false);
        }

        /** As this, with so many witnesses among the newcomers. */
        public Intent withNewWitnesses(int count) {
            return new Intent(votersAfter, awaited, newcomers, leaving, makesRoom, count, atOnce);
        }

        /** As this, by one joint change. */
        public Intent allAtOnce() {
            return new Intent(votersAfter, awaited, newcomers, leaving, makesRoom, newWitnesses, true);
        }

        int voterCount() {
            return votersAfter.size() + newcomers;
        }

        /** The members stay who they are. */
        public static Intent nothingOf(ClusterHealth health) {
            return new Intent(health.voterIds(), Set.of(), 0, Set.of(), false);
        }

        /** The members stay who they are, and have more room afterwards. */
        public static Intent roomFor(ClusterHealth health) {
            return new Intent(health.voterIds(), Set.of(), 0, Set.of(), true);
        }
    }

    /** All checks, in the order in which they are best read. */
    public List<Check> checks() {
        List<Check> checks = new ArrayList<>(List.of(leader(), answers(), quorum()));
        if (witnessesMatter()) {
            checks.add(data());
        }
        checks.addAll(List.of(noChange(), states(), lag(), alarms(), disk(), versions()));
        return List.copyOf(checks);
    }

    /**
     * The checks before a copy of the state is taken, which changes nothing and may be what saves a cluster that is not well: nothing of
     * this refuses it, but it is known beside the copy.
     */
    public static List<Check> beforeACopy(ClusterHealth health) {
        Preflight preflight = new Preflight(health, Intent.nothingOf(health));
        return Stream.of(preflight.leader(), preflight.answers(), preflight.states(), preflight.alarms())
                .map(Preflight::warningAtWorst)
                .toList();
    }

    /** A copy is not refused for what is found of the cluster, nor worth less. */
    static Check warningAtWorst(Check check) {
        return check.getVerdict() == Check.Verdict.REFUSED
                ? check.toBuilder().setVerdict(Check.Verdict.WARNING).build()
                : check;
    }

    private Check leader() {
        Optional<MemberHealth> leader = health.leader();
        if (leader.isEmpty()) {
            return refused("leader", "nobody leads a majority of the voters; 'quorate why' may tell why");
        }
        String leads = leader.get().label() + " leads in term "
                + leader.get().told().map(MemberHealth.Told::term).orElse(0L);
        List<String> astray = labels(member -> member.answers() && !health.follows(member, leader.get()));
        return astray.isEmpty()
                ? fine("leader", leads)
                : warning("leader", leads + "; " + String.join(", ", astray) + " does not follow it");
    }

    private Check answers() {
        List<String> silent = labels(member -> !member.answers());
        return silent.isEmpty()
                ? fine("members", "all " + health.members().size() + " answer")
                : warning("members", String.join(", ", silent) + " does not answer");
    }

    private Check quorum() {
        int now = health.tolerated(health.voterIds());
        int after = promised();
        String what = voters(health.voters().size(), health.healthy(health.voterIds())) + " " + tolerance(now);
        Set<Long> votersAfter = intent.votersAfter();
        if (!votersAfter.equals(health.voterIds()) || intent.newcomers() > 0) {
            what += "; afterwards " + votersAfterwards() + " " + tolerance(after);
        }
        if (now < 0) {
            return refused("quorum", what + ": nothing can be committed");
        }
        if (after < 0) {
            return refused("quorum", what + ": nothing could be committed any more");
        }
        Optional<String> tooFew =
                intent.atOnce() ? tooFewAtOnce(health.voters().size(), intent.voterCount()) : Optional.empty();
        if (tooFew.isPresent()) {
            return refused("quorum", what + ": " + tooFew.get());
        }
        return after < now ? warning("quorum", what) : fine("quorum", what);
    }

    /**
     * Why so many voters do not become so few by one joint change: whoever removes most of them at once has more likely mistaken them for
     * others than meant it. The members themselves hold to it, too.
     *
     * @return empty if they may
     */
    public static Optional<String> tooFewAtOnce(int before, int after) {
        return after >= Voters.majority(before)
                ? Optional.empty()
                : Optional.of("of " + before + " voters, " + after
                        + " would be left, which is less than a quorum; remove fewer of them at once, or one by one with"
                        + " 'members remove'");
    }

    /** Witnesses count for the quorum, and hold nothing: what they vote for must be somewhere else as well. */
    private Check data() {
        int after = health.holders(settled()) + comingWithData();
        if (after == 0) {
            return refused(
                    "data", "no voter that holds data would be left: witnesses hold none, and none of them leads");
        }
        return after == 1
                ? warning(
                        "data",
                        "one healthy voter would hold data: if that fails, nobody can lead, and nothing is left")
                : fine("data", after + " healthy voters hold data then, besides the witnesses");
    }

    /** How many voters may fail when the operation is over, if all goes well. */
    public int promised() {
        return health.tolerated(settled(), intent.newcomers() + awaited(), comingWithData());
    }

    /** Those that vote afterwards and are not waited for. */
    private Set<Long> settled() {
        return intent.votersAfter().stream()
                .filter(id -> !intent.awaited().contains(id))
                .collect(Collectors.toSet());
    }

    /** How many of those that are not counted by how they are now will hold data. */
    private int comingWithData() {
        long awaitedWitnesses =
                intent.awaited().stream().filter(health::isWitness).count();
        return intent.newcomers() - intent.newWitnesses() + awaited() - (int) awaitedWitnesses;
    }

    /** Whether a witness votes before it or after it. */
    private boolean witnessesMatter() {
        return health.hasWitness()
                || intent.newWitnesses() > 0
                || intent.awaited().stream().anyMatch(health::isWitness);
    }

    private int awaited() {
        return intent.votersAfter().size() - settled().size();
    }

    private String votersAfterwards() {
        int sure = intent.newcomers() + awaited();
        return voters(settled().size() + sure, health.healthy(settled()) + sure);
    }

    private static String voters(int all, long healthy) {
        return all + " voters, " + healthy + " of them healthy,";
    }

    /** Whoever stays. */
    private List<MemberHealth> staying() {
        return health.members().stream()
                .filter(member -> !intent.leaving().contains(member.id()))
                .toList();
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
        for (MemberHealth member : staying()) {
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
        Set<String> raised =
                health.told().flatMap(told -> told.alarms().stream()).collect(Collectors.toCollection(TreeSet::new));
        if (raised.isEmpty()) {
            return fine("alarms", "none is raised");
        }
        String what = String.join(", ", raised) + " is raised";
        return intent.makesRoom() && raised.equals(Set.of(NO_SPACE))
                ? warning("alarms", what + ", which this is good for")
                : refused("alarms", what + ": see to it, and disarm it");
    }

    private Check disk() {
        List<String> scarce = new ArrayList<>();
        boolean full = false;
        for (MemberHealth member : staying()) {
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
        return full && !intent.makesRoom()
                ? refused("disk", String.join(", ", scarce))
                : warning("disk", String.join(", ", scarce));
    }

    /**
     * Releases before the one that brought it do not tell theirs, and what was built without a release has none: whoever tells none
     * runs another one than those that do.
     */
    private Check versions() {
        Set<String> releases =
                health.told().map(MemberHealth.Told::release).collect(Collectors.toCollection(TreeSet::new));
        if (releases.stream().allMatch(String::isEmpty)) {
            return warning("versions", "no member tells which release it runs");
        }
        if (releases.size() == 1) {
            return fine("versions", "all run release " + String.join("", releases));
        }
        List<String> each = new ArrayList<>();
        for (MemberHealth member : health.members()) {
            member.told()
                    .map(told -> told.release().isEmpty() ? "does not tell" : told.release())
                    .ifPresent(release -> each.add(member.label() + " " + release));
        }
        return warning("versions", "members run different releases: " + String.join(", ", each));
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
