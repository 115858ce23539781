package io.quorate.simulator.invariant;

import io.quorate.core.Effect;
import io.quorate.core.RoleName;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.SimulatedMember;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A change of members that was acknowledged is in the log of every later leader; and if it was made of certain members, it has
 * changed those, so that of two which are made of the same ones at once only one is acknowledged (invariant 10, corner case 16).
 */
final class AcknowledgedChanges implements Invariant {

    /** @param term that the leader led in which acknowledged it, at least */
    private record Acknowledged(long index, long term, Configuration target) {}

    private final List<Acknowledged> all = new ArrayList<>();

    @Override
    public void changed(SimulatedMember leader, Optional<Configuration> base, Configuration target) {
        RaftLog log = leader.log().orElseThrow();
        SnapshotMeta at = log.snapshotMetaAt(log.lastId().index());
        while (!at.configuration().equals(target) && at.configurationIndex() >= log.firstIndex()) {
            at = log.snapshotMetaAt(at.configurationIndex() - 1);
        }
        if (!at.configuration().equals(target)) {
            throw violated(
                    "leader " + leader.id() + " says that " + target + " is done, and its log has no such entry");
        }
        long index = at.configurationIndex();
        if (index < log.firstIndex()) {
            return;
        }
        all.add(new Acknowledged(index, log.idAt(index).term(), target));
        base.ifPresent(expected -> requireBase(leader, log, index, expected));
    }

    private void requireBase(SimulatedMember leader, RaftLog log, long index, Configuration expected) {
        SnapshotMeta before = log.snapshotMetaAt(index - 1);
        if (before.configuration().isJoint() && before.configurationIndex() >= log.firstIndex()) {
            before = log.snapshotMetaAt(before.configurationIndex() - 1);
        }
        if (!before.configuration().isJoint() && !before.configuration().equals(expected)) {
            throw violated("leader " + leader.id() + " has changed " + before.configuration() + " at index " + index
                    + " where it was to change " + expected);
        }
    }

    @Override
    public void changedRole(SimulatedMember member, Effect.RoleChanged changed) {
        if (changed.role() != RoleName.LEADER) {
            return;
        }
        RaftLog log = member.log().orElseThrow();
        for (Acknowledged one : all) {
            boolean inSnapshot = one.index < log.firstIndex();
            if (one.term < changed.term() && !inSnapshot && !has(log, one)) {
                throw violated("member " + member.id() + " leads in term " + changed.term()
                        + " without the configuration that was acknowledged at index " + one.index + ": " + one.target);
            }
        }
    }

    private static boolean has(RaftLog log, Acknowledged one) {
        if (one.index > log.lastId().index()) {
            return false;
        }
        SnapshotMeta at = log.snapshotMetaAt(one.index);
        return at.configurationIndex() == one.index && at.configuration().equals(one.target);
    }
}
