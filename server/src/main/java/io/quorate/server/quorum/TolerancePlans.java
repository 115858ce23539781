package io.quorate.server.quorum;

import io.quorate.server.quorum.Node.Condition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/**
 * The cheapest changes of the members by which a cluster withstands more.
 *
 * <p>All combinations of up to four steps are tried: to promote a learner that is good, to remove a voter, to add one in a zone that
 * there is or in another one. A member more is proposed where something is wrong, and not for its own sake: any cluster withstands more
 * with more members.
 */
final class TolerancePlans {

    private static final int MAX_STEPS = 4;
    private static final int MAX_ADDED = 2;
    private static final int MAX_PLANS = 3;

    /** A member more is another machine; the rest is work. */
    private static final int COST_OF_ADDING = 4;

    private static final String NEW_MEMBER = "(new member ";
    private static final String OTHER_ZONE = "another zone";

    /** Steps, and what they lead to. */
    private record Plan(Recommendation what, Tolerance reached, int cost) {

        /** Whether there is no reason to prefer another one to this. */
        boolean isNoWorseThan(Plan other) {
            return cost <= other.cost && other.reached.isReachedBy(reached);
        }
    }

    private final Topology topology;
    private final Outlook before;
    private final Tolerance present;
    private final List<Plan> plans = new ArrayList<>();

    private TolerancePlans(Topology topology) {
        this.topology = topology;
        this.before = Outlook.of(topology);
        this.present = Tolerance.of(before);
    }

    /** The ones that cost least first. */
    static List<Recommendation> of(Topology topology) {
        TolerancePlans search = new TolerancePlans(topology);
        search.combine(search.moves(), 0, List.of());
        return search.best();
    }

    private List<Change> moves() {
        List<Change> moves = new ArrayList<>();
        // Whoever is down goes first: nobody can be added safely beside a voter that does not answer.
        voters(Condition.DOWN).forEach(node -> moves.add(new Change.Remove(node.id())));
        topology.learners().stream().filter(Node::isGood).forEach(node -> moves.add(new Change.Promote(node.id())));
        int number = 1;
        for (Optional<String> zone : zonesToAddIn()) {
            moves.add(new Change.Add(NEW_MEMBER + number++ + ")", zone));
        }
        // A voter that is well goes last, when another one has taken its place.
        voters(Condition.BEHIND).forEach(node -> moves.add(new Change.Remove(node.id())));
        voters(Condition.GOOD).stream()
                .filter(node -> !topology.leader().equals(Optional.of(node.id())))
                .forEach(node -> moves.add(new Change.Remove(node.id())));
        return moves;
    }

    private List<Node> voters(Condition condition) {
        return topology.voters().present().stream()
                .map(topology::node)
                .filter(node -> node.condition() == condition)
                .toList();
    }

    private List<Optional<String>> zonesToAddIn() {
        SortedSet<String> zones = topology.zones();
        if (zones.isEmpty()) {
            return List.of(Optional.empty(), Optional.empty());
        }
        List<Optional<String>> all = new ArrayList<>();
        zones.forEach(zone -> all.add(Optional.of(zone)));
        all.add(Optional.of(OTHER_ZONE));
        all.add(Optional.of("yet " + OTHER_ZONE));
        return all;
    }

    private void combine(List<Change> moves, int from, List<Change> chosen) {
        for (int i = from; i < moves.size(); i++) {
            List<Change> steps = new ArrayList<>(chosen);
            steps.add(moves.get(i));
            if (added(steps) > MAX_ADDED) {
                continue;
            }
            consider(steps);
            if (steps.size() < MAX_STEPS) {
                combine(moves, i + 1, steps);
            }
        }
    }

    private static int added(List<Change> steps) {
        return (int) steps.stream().filter(Change.Add.class::isInstance).count();
    }

    private void consider(List<Change> steps) {
        if (!canBeMade(steps)) {
            return;
        }
        Outlook after = Outlook.of(topology.with(steps));
        Tolerance reached =
                added(steps) == 0 ? Tolerance.of(after) : Tolerance.of(after).atMost(worthAMember());
        boolean livesBetter =
                reached.failuresNow() > present.failuresNow() && steps.stream().allMatch(this::removesADeadOne);
        if (!livesBetter && !present.isReachedBy(reached)) {
            return;
        }
        List<String> gains = present.gains(reached, after);
        boolean gainsZones = reached.zones() > present.zones() || reached.zonesNow() > present.zonesNow();
        boolean forItsOwnSake = added(steps) > 0 && !gainsZones && !mayGrow();
        if (forItsOwnSake || gains.isEmpty()) {
            return;
        }
        int cost = steps.size() + added(steps) * (COST_OF_ADDING - 1);
        plans.add(new Plan(new Recommendation(steps, reason(gains), before, after), reached, cost));
    }

    private boolean removesADeadOne(Change step) {
        return step instanceof Change.Remove remove
                && topology.node(remove.id()).condition() == Condition.DOWN;
    }

    /** There must be a quorum after each step; and the cluster takes no voter more while one of them does not answer. */
    private boolean canBeMade(List<Change> steps) {
        Topology changed = topology;
        for (Change step : steps) {
            Topology then = changed;
            boolean refused = step instanceof Change.Add
                    && then.voters().present().stream()
                            .anyMatch(voter -> then.node(voter).condition() == Condition.DOWN);
            if (refused) {
                return false;
            }
            boolean last = step instanceof Change.Remove remove
                    && then.voters().present().stream()
                            .allMatch(voter -> voter.equals(remove.id())
                                    || then.node(voter).witness());
            if (last) {
                return false;
            }
            changed = changed.with(step);
            if (!FaultTolerance.now(changed).hasQuorum()) {
                return false;
            }
        }
        return true;
    }

    /** So many failures should be withstood: machines are not asked for to withstand more. */
    private int worthAMember() {
        boolean even = topology.voters().present().size() % 2 == 0;
        return Math.max(1, present.failures() + (even ? 1 : 0));
    }

    /** Whether another machine is worth it for the number of failures alone. */
    private boolean mayGrow() {
        boolean withstandsNothing = present.failures() == 0;
        boolean even = topology.voters().present().size() % 2 == 0;
        boolean somebodyIsMissing = present.failuresNow() < present.failures();
        return withstandsNothing || even || somebodyIsMissing;
    }

    private String reason(List<String> gains) {
        List<String> parts = new ArrayList<>();
        if (present.failuresNow() < present.failures()) {
            parts.add("not all voters are well");
        }
        if (topology.voters().present().size() % 2 == 0) {
            parts.add("an even number of voters withstands no more failures than one fewer");
        }
        parts.add(String.join(" and ", gains));
        return String.join(", ", parts);
    }

    private List<Recommendation> best() {
        List<Plan> sorted = plans.stream()
                .sorted(Comparator.comparingInt(Plan::cost)
                        .thenComparingInt(plan -> -plan.reached().failuresNow())
                        .thenComparingInt(plan -> -plan.reached().failures())
                        .thenComparingLong(
                                plan -> plan.what().after().p50().bound().orElse(Long.MAX_VALUE)))
                .toList();
        List<Plan> kept = new ArrayList<>();
        for (Plan plan : sorted) {
            if (kept.stream().noneMatch(other -> other.isNoWorseThan(plan))) {
                kept.add(plan);
            }
        }
        return kept.stream().limit(MAX_PLANS).map(Plan::what).toList();
    }
}
