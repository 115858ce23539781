package io.quorate.core;

import io.quorate.core.quorum.Ballot;
import io.quorate.core.quorum.MemberId;
import io.quorate.core.quorum.Quorum;
import io.quorate.core.quorum.VoteResult;
import java.util.HashMap;
import java.util.Map;

/** The answers to one round of pre-votes or votes, and the time that the round has left. */
final class Ballots {

    private final Map<MemberId, Ballot> received = new HashMap<>();
    private int ticksLeft;

    /** A round that asks the others; {@code self} grants at once. */
    Ballots(MemberId self, int timeoutTicks) {
        received.put(self, Ballot.GRANTED);
        ticksLeft = timeoutTicks;
    }

    void record(MemberId from, boolean granted) {
        received.put(from, granted ? Ballot.GRANTED : Ballot.REFUSED);
    }

    VoteResult result(Quorum quorum) {
        return quorum.voteResult(member -> received.getOrDefault(member, Ballot.MISSING));
    }

    /** Returns whether the round's time is over. */
    boolean tick() {
        ticksLeft--;
        return ticksLeft <= 0;
    }
}
