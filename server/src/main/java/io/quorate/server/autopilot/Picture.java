package io.quorate.server.autopilot;

import io.quorate.core.quorum.MemberId;
import io.quorate.server.members.MemberChange;
import io.quorate.server.quorum.Change;
import io.quorate.server.quorum.Node;
import io.quorate.server.quorum.Topology;
import io.quorate.server.quorum.Voters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * All that the leader's decisions are made of. Immutable.
 *
 * @param members all of them, the leader as well
 * @param joint whether a change of members is under way
 * @param alarms that are raised, by name
 * @param operation the title of the operation that is under way, whoever does it
 */
record Picture(List<Member> members, boolean joint, List<String> alarms, Optional<String> operation) {

    /** How a member is, in the leader's eyes. */
    enum Condition {
        /** It is heard of, and has all that was committed a look before. */
        STEADY,
        /** It is heard of, and lacks something. */
        BEHIND,
        /** It was not heard of within an election timeout. */
        SILENT
    }

    /**
     * One member.
     *
     * @param name empty if it was never started
     * @param zone empty if it has told none
     * @param witness whether it holds no data, be it that it votes or that it learns
     * @param differs whether its state is held to differ from the others'
     * @param since how long it has been in this condition without a break, as far as this leader has seen
     */
    record Member(
            MemberId id,
            String name,
            String zone,
            boolean voter,
            boolean leader,
            boolean witness,
            Condition condition,
            boolean differs,
            Duration since) {

        String label() {
            return name.isEmpty() ? id.toString() : name;
        }

        /** Whether it can be counted on. */
        boolean isWell() {
            return condition == Condition.STEADY && !differs;
        }

        boolean isWellSince(Duration time) {
            return isWell() && since.compareTo(time) >= 0;
        }

        private Node node() {
            Node.Condition known = switch (condition) {
                case STEADY -> differs ? Node.Condition.BEHIND : Node.Condition.GOOD;
                case BEHIND -> Node.Condition.BEHIND;
                case SILENT -> Node.Condition.DOWN;
            };
            return new Node(
                    id.toString(),
                    name,
                    Optional.of(zone).filter(told -> !told.isEmpty()),
                    Optional.empty(),
                    known,
                    witness ? 0 : Node.USUAL_PRIORITY,
                    witness);
        }
    }

    Picture {
        members = List.copyOf(members);
        alarms = List.copyOf(alarms);
    }

    List<Member> voters() {
        return members.stream().filter(Member::voter).toList();
    }

    List<Member> learners() {
        return members.stream().filter(member -> !member.voter()).toList();
    }

    Optional<Member> named(String name) {
        return members.stream().filter(member -> member.name().equals(name)).findFirst();
    }

    long votersIn(String zone) {
        return voters().stream().filter(voter -> voter.zone().equals(zone)).count();
    }

    /** How many voters of a zone hold data. */
    long holdersIn(String zone) {
        return voters().stream()
                .filter(voter -> !voter.witness() && voter.zone().equals(zone))
                .count();
    }

    /** What the voters withstand. */
    Reserves reserves() {
        return Reserves.of(topology());
    }

    /** What they would withstand if some learners voted and some members were gone. */
    Reserves reservesWith(List<Member> promoted, List<Member> removed) {
        List<Change> changes = new ArrayList<>();
        promoted.forEach(member -> changes.add(new Change.Promote(member.id().toString())));
        removed.forEach(member -> changes.add(new Change.Remove(member.id().toString())));
        return Reserves.of(topology().with(changes));
    }

    private Topology topology() {
        SortedMap<String, Node> nodes = new TreeMap<>();
        members.forEach(member -> nodes.put(member.id().toString(), member.node()));
        SortedSet<String> voters = new TreeSet<>();
        voters().forEach(voter -> voters.add(voter.id().toString()));
        return new Topology(nodes, Voters.of(voters), Optional.empty(), List.of());
    }

    /** The change that lets some learners vote and removes some members, all at once, of the members that are seen here. */
    MemberChange.Together change(List<Member> promoted, List<Member> removed) {
        List<MemberChange.OfOne> changes = new ArrayList<>();
        removed.forEach(member -> changes.add(new MemberChange.Remove(member.id())));
        promoted.forEach(member -> changes.add(new MemberChange.Promote(member.id())));
        return new MemberChange.Together(ids(voters()), ids(learners()), changes);
    }

    private static SortedSet<MemberId> ids(List<Member> some) {
        return some.stream().map(Member::id).collect(Collectors.toCollection(TreeSet::new));
    }
}
