package io.quorate.core.quorum;

import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * What it takes to decide under one configuration: a majority of its voters and, while it is joint, a majority of the
 * outgoing voters too (paper section 6). A configuration without any voter decides nothing.
 *
 * <p>Not thread-safe: it sorts in an array of its own, so that the hot path allocates nothing.
 */
public final class Quorum {

    private final Majority voters;
    private final Majority outgoingVoters;
    private final boolean empty;

    public Quorum(Configuration configuration) {
        voters = new Majority(configuration.voters());
        outgoingVoters = new Majority(configuration.outgoingVoters());
        empty = configuration.voters().isEmpty()
                && configuration.outgoingVoters().isEmpty();
    }

    /**
     * The greatest index that a quorum has reached.
     *
     * @param matchIndex up to where each voter's log is known to match and to be durable; 0 if nothing is known
     */
    public long committedIndex(ToLongFunction<MemberId> matchIndex) {
        if (empty) {
            return 0;
        }
        return Math.min(voters.committedIndex(matchIndex), outgoingVoters.committedIndex(matchIndex));
    }

    /** How the election stands, given each voter's ballot. */
    public VoteResult voteResult(Function<MemberId, Ballot> ballots) {
        if (empty) {
            return VoteResult.LOST;
        }
        VoteResult one = voters.voteResult(ballots);
        VoteResult other = outgoingVoters.voteResult(ballots);
        if (one == other) {
            return one;
        }
        return one == VoteResult.LOST || other == VoteResult.LOST ? VoteResult.LOST : VoteResult.PENDING;
    }

    /** Whether the members that {@code contains} accepts make a quorum. */
    public boolean isQuorum(Predicate<MemberId> contains) {
        return !empty && voters.isMajority(contains) && outgoingVoters.isMajority(contains);
    }
}
