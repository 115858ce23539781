package io.quorate.server.operations;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the members of a cluster tell of themselves, at about one moment. Immutable.
 *
 * @param members all of them, also those that do not answer
 */
public record ClusterHealth(List<MemberHealth> members) {

    /** A member that lacks more entries than this cannot step in for another one soon; etcd keeps as many for followers that lag. */
    public static final long MAX_LAG = 5_000;

    public ClusterHealth {
        members = List.copyOf(members);
    }

    public List<MemberHealth> voters() {
        return members.stream().filter(member -> !member.learner()).toList();
    }

    /**
     * Who leads: of those that say so, the one of the latest term, if a majority of the voters follows it. Others may follow nobody,
     * since they are cut off from it: they do not keep it from leading.
     */
    public Optional<MemberHealth> leader() {
        return members.stream()
                .filter(member -> member.told()
                        .filter(told -> told.leader().equals(Optional.of(member.id())))
                        .isPresent())
                .max(Comparator.comparingLong(
                        member -> member.told().map(MemberHealth.Told::term).orElse(0L)))
                .filter(leader -> voters().stream()
                                .filter(voter -> follows(voter, leader))
                                .count()
                        > voters().size() / 2);
    }

    boolean follows(MemberHealth member, MemberHealth leader) {
        return member.told()
                .filter(told -> told.leader().equals(Optional.of(leader.id())))
                .isPresent();
    }

    public Optional<MemberHealth> member(long id) {
        return members.stream().filter(member -> member.id() == id).findFirst();
    }

    /** The largest index that is known to be committed; 0 if nobody answers. */
    public long commitIndex() {
        return highest(MemberHealth.Told::commitIndex);
    }

    private long highest(Function<MemberHealth.Told, Long> number) {
        return told().map(number).reduce(0L, Math::max);
    }

    Stream<MemberHealth.Told> told() {
        return members.stream().flatMap(member -> member.told().stream());
    }

    /** Whether a member can be counted on: it answers, is sound, and has nearly all of the log. */
    public boolean isHealthy(MemberHealth member) {
        return member.told()
                .filter(told -> told.sound() && commitIndex() - told.lastIndex() <= MAX_LAG)
                .isPresent();
    }

    /**
     * How many more voters may fail before nothing is committed any more, those that are not healthy now taken as failed.
     *
     * @param voters the ids of those who vote
     * @return less than 0: they have no quorum
     */
    public int tolerated(Collection<Long> voters) {
        return tolerated(voters, 0, 0);
    }

    /**
     * As {@link #tolerated(Collection)}, with others that are taken to be healthy.
     *
     * @param newcomers how many voters there are besides these
     * @param withData how many of the newcomers are no witnesses
     */
    int tolerated(Collection<Long> voters, int newcomers, int withData) {
        int ofQuorum = (int) healthy(voters) + newcomers - ((voters.size() + newcomers) / 2 + 1);
        return Math.min(ofQuorum, holders(voters) + withData - 1);
    }

    /** How many of some voters are healthy and hold data: one of them has to lead. */
    int holders(Collection<Long> voters) {
        return (int) voters.stream()
                .flatMap(id -> member(id).stream())
                .filter(member -> !member.witness() && isHealthy(member))
                .count();
    }

    boolean isWitness(long id) {
        return member(id).filter(MemberHealth::witness).isPresent();
    }

    /** Whether any voter is a witness. */
    boolean hasWitness() {
        return voters().stream().anyMatch(MemberHealth::witness);
    }

    /** How many of some members are healthy. */
    long healthy(Collection<Long> ids) {
        return ids.stream()
                .flatMap(id -> member(id).stream())
                .filter(this::isHealthy)
                .count();
    }

    /** The ids of those who learn now. */
    public Set<Long> learnerIds() {
        return members.stream()
                .filter(MemberHealth::learner)
                .map(MemberHealth::id)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The ids of those who vote now. */
    public Set<Long> voterIds() {
        return voters().stream().map(MemberHealth::id).collect(Collectors.toCollection(TreeSet::new));
    }
}
