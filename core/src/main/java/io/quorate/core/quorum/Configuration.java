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
 * <p>Where members are reached, and who was one, goes along with it, so that whoever has the configuration has that too; what is
 * decided does not depend on it.
 *
 * @param voters the voters; in a joint configuration those of the new one
 * @param outgoingVoters the voters of the old configuration while in transition, else empty
 * @param learners members that get the log and never count; in a joint configuration, one that is also an outgoing voter
 *     becomes a learner when the transition ends
 * @param addresses where members are reached by their peers, in a form that the network knows; of none, of some or of all
 * @param removed former members, whose ids are never used again, as far as they are remembered; in a joint configuration, one of
 *     them may be an outgoing voter
 */
public record Configuration(
        SortedSet<MemberId> voters,
        SortedSet<MemberId> outgoingVoters,
        SortedSet<MemberId> learners,
        SortedMap<MemberId, List<String>> addresses,
        SortedSet<MemberId> removed) {

    /** So many former members are remembered. What depends on it is only that they are told. */
    private static final int MAX_REMOVED = 1_000;

    public Configuration {
        voters = copy(voters);
        outgoingVoters = copy(outgoingVoters);
        learners = copy(learners);
        addresses = copy(addresses);
        removed = copy(removed);
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
        return Collections.unmodifiableSortedSet(new TreeSet<>(members));
    }

    private static SortedMap<MemberId, List<String>> copy(SortedMap<MemberId, List<String>> addresses) {
        SortedMap<MemberId, List<String>> copied = new TreeMap<>();
        addresses.forEach((member, known) -> copied.put(member, List.copyOf(known)));
        return Collections.unmodifiableSortedMap(copied);
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

    // ---- what a change of members leads to

    /** With one voter more, which may have been a learner; its addresses take the place of those that were known, if any. */
    public Configuration withVoter(MemberId member, List<String> reached) {
        return new Configuration(
                with(voters, member), outgoingVoters, without(learners, member), with(member, reached), removed);
    }

    /** With one learner more. */
    public Configuration withLearner(MemberId member, List<String> reached) {
        return new Configuration(voters, outgoingVoters, with(learners, member), with(member, reached), removed);
    }

    /** A learner votes from now on; all else stays. */
    public Configuration withPromoted(MemberId learner) {
        return new Configuration(with(voters, learner), outgoingVoters, without(learners, learner), addresses, removed);
    }

    /** A member is reached elsewhere; all else stays. */
    public Configuration withAddresses(MemberId member, List<String> reached) {
        return new Configuration(voters, outgoingVoters, learners, with(member, reached), removed);
    }

    /** Without a member, which never comes back by that id. */
    public Configuration without(MemberId member) {
        SortedMap<MemberId, List<String>> others = new TreeMap<>(addresses);
        others.remove(member);
        SortedSet<MemberId> former = new TreeSet<>(removed);
        while (former.size() >= MAX_REMOVED) {
            former.removeFirst();
        }
        former.add(member);
        return new Configuration(without(voters, member), outgoingVoters, without(learners, member), others, former);
    }

    /** What leads from {@code before} to this: both sets of voters decide, and all members of either are reached. */
    public Configuration jointFrom(Configuration before) {
        SortedMap<MemberId, List<String>> all = new TreeMap<>(addresses);
        before.addresses.forEach((member, reached) -> {
            if (before.voters.contains(member) && !isMember(member)) {
                all.put(member, reached);
            }
        });
        return new Configuration(voters, before.voters, learners, all, removed);
    }

    /** What follows this joint configuration: only the new voters decide. */
    public Configuration settled() {
        SortedMap<MemberId, List<String>> staying = new TreeMap<>(addresses);
        staying.keySet().removeIf(member -> !voters.contains(member) && !learners.contains(member));
        return new Configuration(voters, new TreeSet<>(), learners, staying, removed);
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
