package io.quorate.core.quorum;

import java.util.SortedSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** More than half of one set of voters. An empty set decides nothing and agrees with everything. */
final class Majority {

    private final MemberId[] members;
    private final long[] sorted;

    Majority(SortedSet<MemberId> members) {
        this.members = members.toArray(MemberId[]::new);
        this.sorted = new long[this.members.length];
    }

    private int size() {
        return members.length / 2 + 1;
    }

    /** The greatest value that a majority has reached; {@link Long#MAX_VALUE} for the empty set. */
    long committedIndex(ToLongFunction<MemberId> matchIndex) {
        if (members.length == 0) {
            return Long.MAX_VALUE;
        }
        for (int i = 0; i < members.length; i++) {
            insert(i, matchIndex.applyAsLong(members[i]));
        }
        return sorted[members.length - size()];
    }

    /** Puts a value in its place among the first {@code count}, which are sorted. */
    private void insert(int count, long value) {
        int at = count;
        while (at > 0 && sorted[at - 1] > value) {
            sorted[at] = sorted[at - 1];
            at--;
        }
        sorted[at] = value;
    }

    VoteResult voteResult(Function<MemberId, Ballot> ballots) {
        int granted = 0;
        int missing = 0;
        for (MemberId member : members) {
            switch (ballots.apply(member)) {
                case GRANTED -> granted++;
                case MISSING -> missing++;
                case REFUSED -> {}
            }
        }
        if (members.length == 0 || granted >= size()) {
            return VoteResult.WON;
        }
        return granted + missing >= size() ? VoteResult.PENDING : VoteResult.LOST;
    }

    boolean isMajority(Predicate<MemberId> contains) {
        int count = 0;
        for (MemberId member : members) {
            if (contains.test(member)) {
                count++;
            }
        }
        return members.length == 0 || count >= size();
    }
}
