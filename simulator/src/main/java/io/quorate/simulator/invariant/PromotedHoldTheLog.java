package io.quorate.simulator.invariant;

import io.quorate.core.EntryId;
import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.RunObserver;

/**
 * A learner that is made a voter since it has the log has it durably: all that was committed, up to where its leader said
 * ({@link RunObserver#promoting}; thesis 4.2.1).
 */
final class PromotedHoldTheLog implements Invariant {

    private final RestartsAgreeWithDisk disks;
    private final CommittedLog committed;

    PromotedHoldTheLog(RestartsAgreeWithDisk disks, CommittedLog committed) {
        this.disks = disks;
        this.committed = committed;
    }

    @Override
    public void promoting(MemberId learner, long upTo) {
        EntryId last = committed.at(Math.min(upTo, committed.last().index()));
        if (!disks.countedDisk(learner).holds(last)) {
            throw violated(
                    "learner " + learner + " is to vote since it has " + last + "; what is durable of its log ends at "
                            + disks.countedDisk(learner).last());
        }
    }
}
