package io.quorate.simulator.invariant;

import io.quorate.core.Effect;
import io.quorate.core.EntryId;
import io.quorate.core.RoleName;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.SimulatedMember;

/** Who becomes leader has every entry that was committed in earlier terms (leader completeness, paper figure 3; invariant 3). */
final class LeaderCompleteness implements Invariant {

    private final CommittedLog committed;

    LeaderCompleteness(CommittedLog committed) {
        this.committed = committed;
    }

    @Override
    public void changedRole(SimulatedMember member, Effect.RoleChanged changed) {
        if (changed.role() == RoleName.LEADER) {
            check(member, changed.term());
        }
    }

    private void check(SimulatedMember member, long term) {
        RaftLog log = member.log().orElseThrow();
        // What later terms committed, a leader of an old term need not have: slow votes may have elected it late.
        EntryId last = committed.lastBefore(term);
        if (last.index() < log.firstIndex()) {
            return;
        }
        if (log.lastId().index() < last.index() || !log.idAt(last.index()).equals(last)) {
            throw violated("member " + member.id() + " leads in term " + term + " without the committed entry " + last
                    + "; its log ends at " + log.lastId());
        }
    }
}
