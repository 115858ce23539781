package io.quorate.server.quorum;

import io.quorate.server.quorum.Node.Condition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Draws clusters for tests. Members are called by single letters; all that is not said is unknown. */
final class Drawing {

    private final SortedMap<String, Node> nodes = new TreeMap<>();
    private final SortedSet<String> voters = new TreeSet<>();
    private final SortedSet<String> outgoing = new TreeSet<>();
    private final List<Link> links = new ArrayList<>();
    private Optional<String> leader = Optional.empty();

    private static String[] words(String text) {
        return text.isBlank() ? new String[0] : text.strip().split(" +", -1);
    }

    /** Voters such as {@code a b c}; in zones {@code a@z1}. */
    static Drawing voters(String members) {
        Drawing drawing = new Drawing();
        drawing.voters.addAll(drawing.put(members));
        return drawing;
    }

    private List<String> put(String members) {
        return Arrays.stream(words(members))
                .map(member -> {
                    String[] parts = member.split("@", 2);
                    Optional<String> zone = parts.length > 1 ? Optional.of(parts[1]) : Optional.empty();
                    nodes.putIfAbsent(parts[0], new Node(parts[0], parts[0], zone, Optional.empty(), Condition.GOOD));
                    return parts[0];
                })
                .toList();
    }

    Drawing outgoing(String members) {
        outgoing.addAll(put(members));
        return this;
    }

    Drawing learners(String members) {
        put(members);
        return this;
    }

    /** Of those that are there already. */
    Drawing witnesses(String members) {
        for (String member : words(members)) {
            nodes.computeIfPresent(
                    member,
                    (id, node) -> new Node(
                            id, node.name(), node.zone(), node.sync(), node.condition(), node.priority(), true));
        }
        return this;
    }

    Drawing ledBy(String member) {
        leader = Optional.of(member);
        return this;
    }

    private void condition(String members, Condition condition) {
        for (String member : words(members)) {
            nodes.computeIfPresent(
                    member,
                    (id, node) -> new Node(
                            id, node.name(), node.zone(), node.sync(), condition, node.priority(), node.witness()));
        }
    }

    Drawing down(String members) {
        condition(members, Condition.DOWN);
        return this;
    }

    Drawing behind(String members) {
        condition(members, Condition.BEHIND);
        return this;
    }

    Drawing priority(String member, int priority) {
        nodes.computeIfPresent(
                member,
                (id, node) -> new Node(
                        id, node.name(), node.zone(), node.sync(), node.condition(), priority, node.witness()));
        return this;
    }

    /** All syncs take so long, three times that in 1 of 100. */
    Drawing syncs(String members, long micros) {
        for (String member : words(members)) {
            Optional<Spread> sync = Optional.of(new Spread(micros, micros * 3));
            nodes.computeIfPresent(
                    member,
                    (id, node) -> new Node(
                            id, node.name(), node.zone(), sync, node.condition(), node.priority(), node.witness()));
        }
        return this;
    }

    /** The way between two members and back, such as {@code a-b}; twice as long in 1 of 100. */
    Drawing link(String both, long micros) {
        String[] ends = both.split("-", 2);
        links.removeIf(link -> link.joins(ends[0], ends[1]));
        links.add(Link.between(ends[0], ends[1], Optional.of(new Spread(micros, micros * 2)), 60, 0, 0, false));
        return this;
    }

    /** All ways are of the same length. */
    Drawing links(long micros) {
        List<String> ids = List.copyOf(nodes.keySet());
        for (int i = 0; i < ids.size(); i++) {
            for (String other : ids.subList(i + 1, ids.size())) {
                link(ids.get(i) + "-" + other, micros);
            }
        }
        return this;
    }

    Topology done() {
        return new Topology(nodes, new Voters(voters, outgoing), leader, links);
    }
}
