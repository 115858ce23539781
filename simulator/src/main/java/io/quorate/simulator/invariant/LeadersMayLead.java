package io.quorate.simulator.invariant;

import io.quorate.core.CoreStatus;
import io.quorate.core.Effect;
import io.quorate.core.RoleName;
import io.quorate.core.SnapshotMeta;
import io.quorate.engine.RaftNode;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.SimulatedMember;
import java.util.Optional;

/**
 * Nobody becomes leader that has the priority 0, in the latest configuration of its log and in the one that it knows to be
 * committed (docs/elections.md). As long as a priority of 0 may be rolled back it does not bind yet; a leader that is given it
 * leads until it has handed over.
 */
final class LeadersMayLead implements Invariant {

    @Override
    public void changedRole(SimulatedMember member, Effect.RoleChanged changed) {
        if (changed.role() == RoleName.LEADER) {
            check(member, changed.term());
        }
    }

    /** The status is of a moment before, when less may have been known to be committed: whatever has followed since is looked at. */
    private void check(SimulatedMember member, long term) {
        RaftLog log = member.log().orElseThrow();
        Optional<CoreStatus> status = member.node().map(RaftNode::status);
        long known = Math.max(status.map(CoreStatus::commitIndex).orElse(0L), log.firstIndex() - 1);
        SnapshotMeta at = log.snapshotMetaAt(log.lastId().index());
        while (at.configuration().priority(member.id()) == 0) {
            if (at.configurationIndex() <= known) {
                throw violated("member " + member.id() + " leads in term " + term + ", though its priority is 0 by "
                        + at.configuration());
            }
            at = log.snapshotMetaAt(at.configurationIndex() - 1);
        }
    }
}
