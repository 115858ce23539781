package io.quorate.server.quorum;

import io.quorate.server.quorum.Node.Condition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What would do a cluster good, and why.
 *
 * @param notes what changes of the members cannot mend, or should wait for
 * @param recommendations the ones that cost least first
 */
public record Advice(List<String> notes, List<Recommendation> recommendations) {

    /** Another leader must be faster by this much at least: a fifth, and what is no noise. */
    private static final double LEADER_GAIN = 0.8;

    private static final long LEADER_GAIN_MICROS = 200;

    /** From so many voters on, one of an even number can be spared: fewer than three withstand nothing. */
    private static final int MIN_EVEN_TO_SHRINK = 4;

    public Advice {
        notes = List.copyOf(notes);
        recommendations = List.copyOf(recommendations);
    }

    /** Of a cluster as it is. */
    public static Advice of(Topology topology) {
        Outlook before = Outlook.of(topology);
        List<String> notes = notes(topology, before);
        if (!before.now().hasQuorum() || topology.voters().isJoint()) {
            return new Advice(notes, List.of());
        }
        List<Recommendation> all = new ArrayList<>(TolerancePlans.of(topology));
        spare(topology, before).ifPresent(all::add);
        leader(topology, before).ifPresent(all::add);
        return new Advice(notes, all);
    }

    private static List<String> notes(Topology topology, Outlook before) {
        List<String> notes = new ArrayList<>();
        List<Node> down = topology.voters().all().stream()
                .map(topology::node)
                .filter(node -> node.condition() == Condition.DOWN)
                .toList();
        if (!before.now().hasQuorum()) {
            notes.add("there is no quorum, so the members cannot be changed; bring back "
                    + names(topology.voters().all().stream().map(topology::node).filter(node -> !node.isGood())));
        } else if (!down.isEmpty()) {
            notes.add(names(down.stream()) + " cannot be reached; starting it again with its data costs least");
        }
        if (topology.voters().isJoint()) {
            notes.add("a change of the members is under way (the configuration is joint); ask again when it has ended");
        }
        if (topology.zones().isEmpty()) {
            notes.add("no member has told its zone, so nothing can be said of zones; give each member --zone");
        } else if (topology.voters().all().stream()
                .anyMatch(voter -> topology.node(voter).zone().isEmpty())) {
            notes.add("not all voters have told their zone; give each member --zone");
        }
        return notes;
    }

    private static String names(Stream<Node> nodes) {
        return String.join(", ", nodes.map(Node::called).toList());
    }

    /** Of an even number of voters, one only makes commits wait: the majority of one fewer withstands as much. */
    private static Optional<Recommendation> spare(Topology topology, Outlook before) {
        int voters = topology.voters().present().size();
        if (voters % 2 != 0 || voters < MIN_EVEN_TO_SHRINK) {
            return Optional.empty();
        }
        Tolerance tolerance = Tolerance.of(before);
        return topology.voters().present().stream()
                .filter(voter -> !topology.leader().equals(Optional.of(voter)))
                .filter(voter -> topology.voters().present().stream()
                        .anyMatch(other ->
                                !other.equals(voter) && !topology.node(other).witness()))
                .map(voter -> {
                    Change remove = new Change.Remove(voter);
                    return new Recommendation(
                            List.of(remove),
                            voters + " voters withstand no more failures than " + (voters - 1),
                            before,
                            Outlook.of(topology.with(remove)));
                })
                .filter(removed -> tolerance.isReachedBy(Tolerance.of(removed.after())))
                .min(Comparator.comparing((Recommendation removed) -> isGood(topology, removed))
                        .thenComparingLong(
                                removed -> removed.after().p50().bound().orElse(Long.MAX_VALUE))
                        .thenComparingLong(removed -> -distance(topology, removed)));
    }

    /** How far the leader is from the member that a removal names, in microseconds; 0 if that is not known. */
    private static long distance(Topology topology, Recommendation removal) {
        return removal.steps().stream()
                .filter(Change.Remove.class::isInstance)
                .flatMap(step ->
                        topology
                                .leader()
                                .flatMap(leader -> topology.roundTrip(leader, ((Change.Remove) step).id()))
                                .stream())
                .mapToLong(Spread::p50Micros)
                .findFirst()
                .orElse(0);
    }

    private static boolean isGood(Topology topology, Recommendation removal) {
        return removal.steps().stream()
                .allMatch(step -> step instanceof Change.Remove remove && topology.isGood(remove.id()));
    }

    /** The voter that would commit fastest, if that is worth the move. */
    private static Optional<Recommendation> leader(Topology topology, Outlook before) {
        Optional<String> fastest = CommitLatency.fastest(topology);
        OptionalLong present = before.p50().bound();
        if (topology.leader().isEmpty()
                || fastest.isEmpty()
                || present.isEmpty()
                || fastest.equals(topology.leader())) {
            return Optional.empty();
        }
        Change lead = new Change.Lead(fastest.get());
        Outlook after = Outlook.of(topology.with(lead));
        boolean certain = before.p50() instanceof Latency.Known;
        long gained = present.getAsLong() - after.p50().bound().orElse(Long.MAX_VALUE);
        boolean worthIt =
                gained >= LEADER_GAIN_MICROS && present.getAsLong() - gained <= present.getAsLong() * LEADER_GAIN;
        return certain && worthIt
                ? Optional.of(new Recommendation(
                        List.of(lead), "a majority is nearer to it, or has faster disks", before, after))
                : Optional.empty();
    }
}
