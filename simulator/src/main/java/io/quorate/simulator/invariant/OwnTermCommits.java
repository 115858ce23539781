package io.quorate.simulator.invariant;

import io.quorate.core.EntryId;
import io.quorate.simulator.SimulatedMember;

/**
 * A leader commits by counting only entries of its own term; earlier ones are committed with them (paper section 5.4.2,
 * figure 8; invariant 9).
 */
final class OwnTermCommits implements Invariant, CommittedLog.Listener {

    OwnTermCommits(CommittedLog committed) {
        committed.tell(this);
    }

    @Override
    public void committed(SimulatedMember leader, long term, EntryId last) {
        if (last.term() != term) {
            throw violated("leader " + leader.id() + " of term " + term + " commits " + last);
        }
    }
}
