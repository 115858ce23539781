package io.quorate.server.quorum;

import io.quorate.server.quorum.Node.Condition;
import io.quorate.server.quorum.Spread.Percentile;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * The members of a cluster, who of them votes and leads, and the links between them, as far as all that is known. Immutable.
 *
 * @param nodes by id, learners among them
 * @param links those of which anything is known
 */
public record Topology(SortedMap<String, Node> nodes, Voters voters, Optional<String> leader, List<Link> links) {

    public Topology {
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
        links = List.copyOf(links);
        for (String voter : voters.all()) {
            if (!nodes.containsKey(voter)) {
                throw new IllegalArgumentException("voter " + voter + " is no member");
            }
        }
        if (leader.isPresent() && !nodes.containsKey(leader.get())) {
            throw new IllegalArgumentException("leader " + leader.get() + " is no member");
        }
    }

    /**
     * The member of that id.
     *
     * @throws IllegalArgumentException if there is no such member
     */
    public Node node(String id) {
        Node node = nodes.get(id);
        if (node == null) {
            throw new IllegalArgumentException("there is no member " + id);
        }
        return node;
    }

    /** The member of that id or that name. */
    public Optional<Node> find(String idOrName) {
        return nodes.values().stream()
                .filter(node -> node.name().equals(idOrName) || node.id().equals(idOrName))
                .findFirst();
    }

    /** For people: the name, and the zone if there is one. */
    String describe(String id) {
        Node node = node(id);
        return node.called() + node.zone().map(zone -> " (" + zone + ")").orElse("");
    }

    public boolean isVoter(String id) {
        return voters.all().contains(id);
    }

    public List<Node> learners() {
        return nodes.values().stream().filter(node -> !isVoter(node.id())).toList();
    }

    /** Those who take part in decisions now. */
    public boolean isGood(String id) {
        return node(id).isGood();
    }

    /** The zones that voters are known to be in. */
    public SortedSet<String> zones() {
        return voters.all().stream()
                .flatMap(voter -> node(voter).zone().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    public Optional<Link> link(String a, String b) {
        return links.stream().filter(link -> link.joins(a, b)).findFirst();
    }

    Optional<Spread> roundTrip(String a, String b) {
        return link(a, b).flatMap(Link::roundTrip);
    }

    /**
     * What a change leads to, once it is settled.
     *
     * @throws IllegalArgumentException with one sentence if it cannot be made
     */
    public Topology with(Change change) {
        return switch (change) {
            case Change.Promote promote -> promoted(promote.id());
            case Change.Remove remove -> without(remove.id());
            case Change.Add add -> withAdded(add);
            case Change.Lead lead -> ledBy(lead.id());
        };
    }

    /** What several changes lead to, one after the other. */
    public Topology with(List<Change> changes) {
        Topology changed = this;
        for (Change change : changes) {
            changed = changed.with(change);
        }
        return changed;
    }

    private Topology promoted(String id) {
        Node node = node(id);
        if (voters.present().contains(id)) {
            throw new IllegalArgumentException("member " + node.called() + " is a voter already");
        }
        SortedSet<String> more = new TreeSet<>(voters.present());
        more.add(id);
        return new Topology(nodes, Voters.of(more), leader, links);
    }

    private Topology without(String id) {
        Node node = node(id);
        SortedMap<String, Node> fewer = new TreeMap<>(nodes);
        fewer.remove(id);
        SortedSet<String> fewerVoters = new TreeSet<>(voters.present());
        fewerVoters.remove(id);
        if (fewerVoters.isEmpty()) {
            throw new IllegalArgumentException("member " + node.called() + " is the last voter, and cannot be removed");
        }
        if (fewerVoters.stream().allMatch(voter -> node(voter).witness())) {
            throw new IllegalArgumentException(
                    "member " + node.called() + " is the last voter that holds data, and cannot be removed");
        }
        // Outgoing voters that are no members any more are gone as well: the change before is settled first.
        return new Topology(
                fewer,
                Voters.of(fewerVoters),
                leader.filter(leading -> !leading.equals(id)),
                links.stream().filter(link -> !link.ends(id)).toList());
    }

    private Topology ledBy(String id) {
        Node node = node(id);
        if (!voters.present().contains(id)) {
            throw new IllegalArgumentException("member " + node.called() + " is no voter, and cannot lead");
        }
        if (node.witness()) {
            throw new IllegalArgumentException("member " + node.called() + " is a witness, and cannot lead");
        }
        if (!node.mayLead()) {
            throw new IllegalArgumentException("member " + node.called()
                    + " never leads, since its priority is 0; 'quorate members update' changes that");
        }
        return new Topology(nodes, voters, Optional.of(id), links);
    }

    private Topology withAdded(Change.Add add) {
        if (find(add.name()).isPresent()) {
            throw new IllegalArgumentException("there is a member " + add.name() + " already");
        }
        List<Node> neighbours = add.zone().map(this::inZone).orElseGet(List::of);
        Optional<Spread> sync =
                middle(neighbours.stream().flatMap(node -> node.sync().stream()).toList());
        SortedMap<String, Node> more = new TreeMap<>(nodes);
        more.put(add.name(), new Node(add.name(), add.name(), add.zone(), sync, Condition.GOOD));
        SortedSet<String> moreVoters = new TreeSet<>(voters.present());
        moreVoters.add(add.name());
        List<Link> moreLinks = new ArrayList<>(links);
        for (Node node : nodes.values()) {
            Optional<Spread> assumed = middle(neighbours.stream()
                    .filter(neighbour -> !neighbour.id().equals(node.id()))
                    .flatMap(neighbour -> roundTrip(neighbour.id(), node.id()).stream())
                    .toList());
            assumed.ifPresent(roundTrip ->
                    moreLinks.add(Link.between(add.name(), node.id(), Optional.of(roundTrip), 0, 0, 0, false)));
        }
        return new Topology(more, Voters.of(moreVoters), leader, moreLinks);
    }

    private List<Node> inZone(String zone) {
        return nodes.values().stream().filter(node -> node.isIn(zone)).toList();
    }

    /** The middle of each percentile; nothing of nothing. */
    private static Optional<Spread> middle(List<Spread> spreads) {
        return spreads.isEmpty()
                ? Optional.empty()
                : Optional.of(new Spread(
                        middle(spreads, spread -> spread.micros(Percentile.P50)),
                        middle(spreads, spread -> spread.micros(Percentile.P99))));
    }

    private static long middle(List<Spread> spreads, ToLongFunction<Spread> micros) {
        long[] sorted = spreads.stream().mapToLong(micros).sorted().toArray();
        return sorted[(sorted.length - 1) / 2];
    }

    /** Whether those that are left can decide: a quorum of voters, one of which holds data and so can lead. */
    boolean canDecide(Predicate<String> left) {
        return failuresTolerated(left) >= 0;
    }

    /** How many of those that are left may fail, whichever they are, such that the rest {@link #canDecide}; less than 0: they cannot. */
    int failuresTolerated(Predicate<String> left) {
        long leaders = voters.all().stream()
                .filter(left)
                .filter(voter -> !node(voter).witness())
                .count();
        return (int) Math.min(voters.failuresTolerated(left), leaders - 1);
    }

    Predicate<String> good() {
        return this::isGood;
    }
}
