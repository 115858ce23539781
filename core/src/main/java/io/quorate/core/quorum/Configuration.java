package io.quorate.core.quorum;

import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who the members are, and who of them votes. While {@code outgoingVoters} is not empty the configuration is joint:
 * every decision takes a majority of both sets (paper section 6).
 *
 * @param voters the voters; in a joint configuration those of the new one
 * @param outgoingVoters the voters of the old configuration while in transition, else empty
 * @param learners members that get the log and never count; in a joint configuration, one that is also an outgoing voter
 *     becomes a learner when the transition ends
 */
public record Configuration(
        SortedSet<MemberId> voters, SortedSet<MemberId> outgoingVoters, SortedSet<MemberId> learners) {

    public Configuration {
        voters = copy(voters);
        outgoingVoters = copy(outgoingVoters);
        learners = copy(learners);
        for (MemberId learner : learners) {
            if (voters.contains(learner)) {
                throw new IllegalArgumentException("member " + learner + " cannot be voter and learner at once");
            }
        }
    }

    /** A configuration of voters alone. */
    public static Configuration of(Set<MemberId> voters) {
        return new Configuration(new TreeSet<>(voters), new TreeSet<>(), new TreeSet<>());
    }

    private static SortedSet<MemberId> copy(SortedSet<MemberId> members) {
        return Collections.unmodifiableSortedSet(new TreeSet<>(members));
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
}
