package io.quorate.core.quorum;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who the members are, and who of them votes. While {@code outgoingVoters} is not empty the configuration is joint:
 * every decision takes a majority of both sets (paper section 6).
 *
 * <p>Where members are reached, who was one, and who is to lead rather than others, goes along with it, so that whoever has the
 * configuration has that too; what is decided does not depend on it.
 *
 * @param voters the voters; in a joint configuration those of the new one
 * @param outgoingVoters the voters of the old configuration while in transition, else empty
 * @param learners members that get the log and never count; in a joint configuration, one that is also an outgoing voter
 *     becomes a learner when the transition ends
 * @param addresses where members are reached by their peers, in a form that the network knows; of none, of some or of all
 * @param removed former members, whose ids are never used again, as far as they are remembered; in a joint configuration, one of
 *     them may be an outgoing voter
 * @param priorities of those members that have another than {@value #DEFAULT_PRIORITY}: a member of priority 0 never leads, of
 *     the others one of a higher priority leads rather than one of a lower
 * @param witnesses those members that keep the names of entries and not their content: they vote and acknowledge like others, and
 *     never lead. A member is one for as long as it is a member, or never
 */
public record Configuration(
        SortedSet<MemberId> voters,
        SortedSet<MemberId> outgoingVoters,
        SortedSet<MemberId> learners,
        SortedMap<MemberId, List<String>> addresses,
        SortedSet<MemberId> removed,
        SortedMap<MemberId, Integer> priorities,
        SortedSet<MemberId> witnesses) {

    /** The priority of a member of which nothing else was said. */
    public static final int DEFAULT_PRIORITY = 1;

    /** So many former members are remembered. What depends on it is only that they are told. */
    private static final int MAX_REMOVED = 1_000;

    public Configuration {
        voters = copy(voters);
        outgoingVoters = copy(outgoingVoters);
        learners = copy(learners);
        addresses = copy(addresses);
        removed = copy(removed);
        priorities = copyOfUnusual(priorities);
        witnesses = copy(witnesses);
        for (MemberId learner : learners) {
            if (voters.contains(learner)) {
                throw new IllegalArgumentException("member " + learner + " cannot be voter and learner at once");
            }
        }
        for (MemberId former : removed) {
            if (voters.contains(former) || learners.contains(former)) {
                throw new IllegalArgumentException(
                        "member " + former + " was removed, and cannot come back by that id");
            }
        }
        for (MemberId member : addresses.keySet()) {
            if (!voters.contains(member) && !outgoingVoters.contains(member) && !learners.contains(member)) {
                throw new IllegalArgumentException("member " + member + " has an address, and is none");
            }
        }
        for (MemberId member : priorities.keySet()) {
            if (!voters.contains(member) && !outgoingVoters.contains(member) && !learners.contains(member)) {
                throw new IllegalArgumentException("member " + member + " has a priority, and is none");
            }
        }
        for (MemberId witness : witnesses) {
            if (!voters.contains(witness) && !outgoingVoters.contains(witness) && !learners.contains(witness)) {
                throw new IllegalArgumentException("member " + witness + " is a witness, and is none");
            }
            if (priorities.containsKey(witness)) {
                throw new IllegalArgumentException(
                        "member " + witness + " is a witness, which never leads: it has no priority but 0");
            }
        }
    }

    /** A configuration without witnesses. */
    public Configuration(
            SortedSet<MemberId> voters,
            SortedSet<MemberId> outgoingVoters,
            SortedSet<MemberId> learners,
            SortedMap<MemberId, List<String>> addresses,
            SortedSet<MemberId> removed,
            SortedMap<MemberId, Integer> priorities) {
        this(voters, outgoingVoters, learners, addresses, removed, priorities, new TreeSet<>());
    }

    /** A configuration in which all members have the same priority. */
    public Configuration(
            SortedSet<MemberId> voters,
            SortedSet<MemberId> outgoingVoters,
            SortedSet<MemberId> learners,
            SortedMap<MemberId, List<String>> addresses,
            SortedSet<MemberId> removed) {
        this(voters, outgoingVoters, learners, addresses, removed, new TreeMap<>());
    }

    /** A configuration that says neither where the members are reached nor who was one. */
    public Configuration(SortedSet<MemberId> voters, SortedSet<MemberId> outgoingVoters, SortedSet<MemberId> learners) {
        this(voters, outgoingVoters, learners, new TreeMap<>(), new TreeSet<>());
    }

    /** A configuration of voters alone. */
    public static Configuration of(Set<MemberId> voters) {
        return new Configuration(new TreeSet<>(voters), new TreeSet<>(), new TreeSet<>());
    }

    /** A configuration of voters alone, and where they are reached. */
    public static Configuration of(SortedMap<MemberId, List<String>> voters) {
        return new Configuration(
                new TreeSet<>(voters.keySet()), new TreeSet<>(), new TreeSet<>(), voters, new TreeSet<>());
    }

    private static SortedSet<MemberId> copy(SortedSet<MemberId> members) {
        // One set for all that are empty, as most are: whoever asks a hundred configurations for it finds it at hand.
        return members.isEmpty()
                ? Collections.emptySortedSet()
                : Collections.unmodifiableSortedSet(new TreeSet<>(members));
    }

    private static SortedMap<MemberId, List<String>> copy(SortedMap<MemberId, List<String>> addresses) {
        SortedMap<MemberId, List<String>> copied = new TreeMap<>();
        addresses.forEach((member, known) -> copied.put(member, List.copyOf(known)));
        return Collections.unmodifiableSortedMap(copied);
    }

    private static SortedMap<MemberId, Integer> copyOfUnusual(SortedMap<MemberId, Integer> priorities) {
        SortedMap<MemberId, Integer> copied = new TreeMap<>();
        priorities.forEach((member, priority) -> {
            if (priority < 0) {
                throw new IllegalArgumentException(
                        "member " + member + " cannot have the priority " + priority + ": the least is 0");
            }
            if (priority != DEFAULT_PRIORITY) {
                copied.put(member, priority);
            }
        });
        return copied.isEmpty() ? Collections.emptySortedMap() : Collections.unmodifiableSortedMap(copied);
    }

    public boolean isJoint() {
        return !outgoingVoters.isEmpty();
    }

    public boolean isVoter(MemberId member) {
        return voters.contains(member) || outgoingVoters.contains(member);
    }

    /** Everyone whose vote counts: in a joint configuration, the voters of either half. */
    public SortedSet<MemberId> allVoters() {
        return union(voters, outgoingVoters);
    }

    /** Everyone who gets the log. */
    public SortedSet<MemberId> members() {
        return union(allVoters(), learners);
    }

    private static SortedSet<MemberId> union(SortedSet<MemberId> some, SortedSet<MemberId> others) {
        if (others.isEmpty()) {
            return some;
        }
        SortedSet<MemberId> all = new TreeSet<>(some);
        all.addAll(others);
        return Collections.unmodifiableSortedSet(all);
    }

    public boolean isMember(MemberId member) {
        return isVoter(member) || learners.contains(member);
    }

    /**
     * Whether one was a member and is none any more, for good once this is committed. Whom a joint configuration is about to take
     * out is one still: it votes, and may be the very leader that is to commit what settles it.
     */
    public boolean hasRemoved(MemberId former) {
        return removed.contains(former) && !isMember(former);
    }

    /** Whether a member is a witness: it has no content of entries, and so nothing that others could get from it. */
    public boolean isWitness(MemberId member) {
        return witnesses.contains(member);
    }

    /**
     * The priority of a member, {@value #DEFAULT_PRIORITY} unless something else was said; also of one that is none. A witness's
     * is 0.
     */
    public int priority(MemberId member) {
        return isWitness(member) ? 0 : priorities.getOrDefault(member, DEFAULT_PRIORITY);
    }

    /** The highest priority that any voter has. */
    public int highestPriority() {
        if (priorities.isEmpty() && witnesses.isEmpty()) {
            return DEFAULT_PRIORITY;
        }
        return allVoters().stream().mapToInt(this::priority).max().orElse(DEFAULT_PRIORITY);
    }

    /**
     * Whether there is a voter that may lead: one of another priority than 0, and so no witness. In a joint configuration, each
     * half has voters that hold data.
     */
    public boolean canHaveLeader() {
        return allVoters().stream().anyMatch(voter -> priority(voter) > 0)
                && !witnesses.containsAll(voters)
                && (!isJoint() || !witnesses.containsAll(outgoingVoters));
    }

    /** Whether whoever is a member before and after a change is a witness both times, or not at all. */
    public boolean keepsKindsOf(Configuration before) {
        return before.members().stream()
                .filter(this::isMember)
                .allMatch(member -> isWitness(member) == before.isWitness(member));
    }

    // ---- what a change of members leads to

    /** With one voter more, which may have been a learner; its addresses take the place of those that were known, if any. */
    public Configuration withVoter(MemberId member, List<String> reached) {
        return new Configuration(
                with(voters, member),
                outgoingVoters,
                without(learners, member),
                with(member, reached),
                removed,
                priorities,
                witnesses);
    }

    /** With one learner more. */
    public Configuration withLearner(MemberId member, List<String> reached) {
        return new Configuration(
                voters, outgoingVoters, with(learners, member), with(member, reached), removed, priorities, witnesses);
    }

    /** With one learner more, which is a witness, and stays one when it is promoted. */
    public Configuration withWitnessLearner(MemberId member, List<String> reached) {
        return withLearner(member, reached).withWitnesses(with(witnesses, member));
    }

    /** With these members as the witnesses, and no others: how a cluster begins. A change keeps whoever is one. */
    public Configuration withWitnesses(SortedSet<MemberId> members) {
        return new Configuration(voters, outgoingVoters, learners, addresses, removed, priorities, members);
    }

    /** A learner votes from now on; all else stays. */
    public Configuration withPromoted(MemberId learner) {
        return new Configuration(
                with(voters, learner),
                outgoingVoters,
                without(learners, learner),
                addresses,
                removed,
                priorities,
                witnesses);
    }

    /** A member is reached elsewhere; all else stays. */
    public Configuration withAddresses(MemberId member, List<String> reached) {
        return new Configuration(
                voters, outgoingVoters, learners, with(member, reached), removed, priorities, witnesses);
    }

    /**
     * A member has another priority; all else stays.
     *
     * @param priority at least 0
     * @throws IllegalArgumentException if it is negative, or the member is none, or a witness
     */
    public Configuration withPriority(MemberId member, int priority) {
        SortedMap<MemberId, Integer> changed = new TreeMap<>(priorities);
        changed.put(member, priority);
        return new Configuration(voters, outgoingVoters, learners, addresses, removed, changed, witnesses);
    }

    /** Without a member, which never comes back by that id. */
    public Configuration without(MemberId member) {
        SortedMap<MemberId, List<String>> others = new TreeMap<>(addresses);
        others.remove(member);
        SortedMap<MemberId, Integer> othersPriorities = new TreeMap<>(priorities);
        othersPriorities.remove(member);
        SortedSet<MemberId> former = new TreeSet<>(removed);
        while (former.size() >= MAX_REMOVED) {
            former.removeFirst();
        }
        former.add(member);
        return new Configuration(
                without(voters, member),
                outgoingVoters,
                without(learners, member),
                others,
                former,
                othersPriorities,
                outgoingVoters.contains(member) ? witnesses : without(witnesses, member));
    }

    /** What leads from {@code before} to this: both sets of voters decide, and all members of either are reached. */
    public Configuration jointFrom(Configuration before) {
        SortedMap<MemberId, List<String>> all = new TreeMap<>(addresses);
        before.addresses.forEach((member, reached) -> {
            if (before.voters.contains(member) && !isMember(member)) {
                all.put(member, reached);
            }
        });
        SortedMap<MemberId, Integer> allPriorities = new TreeMap<>(priorities);
        before.priorities.forEach((member, priority) -> {
            if (before.voters.contains(member) && !isMember(member)) {
                allPriorities.put(member, priority);
            }
        });
        SortedSet<MemberId> allWitnesses = new TreeSet<>(before.witnesses);
        allWitnesses.retainAll(before.voters);
        allWitnesses.addAll(witnesses);
        return new Configuration(voters, before.voters, learners, all, removed, allPriorities, allWitnesses);
    }

    /** What follows this joint configuration: only the new voters decide. */
    public Configuration settled() {
        SortedMap<MemberId, List<String>> staying = new TreeMap<>(addresses);
        staying.keySet().removeIf(member -> !voters.contains(member) && !learners.contains(member));
        SortedMap<MemberId, Integer> stayingPriorities = new TreeMap<>(priorities);
        stayingPriorities.keySet().removeIf(member -> !voters.contains(member) && !learners.contains(member));
        SortedSet<MemberId> stayingWitnesses = new TreeSet<>(witnesses);
        stayingWitnesses.removeIf(member -> !voters.contains(member) && !learners.contains(member));
        return new Configuration(
                voters, new TreeSet<>(), learners, staying, removed, stayingPriorities, stayingWitnesses);
    }

    private static SortedSet<MemberId> with(SortedSet<MemberId> members, MemberId member) {
        SortedSet<MemberId> more = new TreeSet<>(members);
        more.add(member);
        return more;
    }

    private static SortedSet<MemberId> without(SortedSet<MemberId> members, MemberId member) {
        SortedSet<MemberId> fewer = new TreeSet<>(members);
        fewer.remove(member);
        return fewer;
    }

    private SortedMap<MemberId, List<String>> with(MemberId member, List<String> reached) {
        SortedMap<MemberId, List<String>> changed = new TreeMap<>(addresses);
        if (!reached.isEmpty()) {
            changed.put(member, reached);
        }
        return changed;
    }
}
