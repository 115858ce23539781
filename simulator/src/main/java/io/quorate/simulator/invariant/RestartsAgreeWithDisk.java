package io.quorate.simulator.invariant;

import io.quorate.core.HardState;
import io.quorate.core.quorum.MemberId;
import io.quorate.encryption.DataKey;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.CrashKind;
import io.quorate.simulator.SimulatedMember;
import io.quorate.simulator.disk.Damage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * After a restart, term, vote, commit index and the end of the log are what is durable: no less, or a promise is broken,
 * and no more, or a promise is made that the next power failure breaks (paper figure 2, "persistent state"; invariant 6,
 * corner cases 1 and 2). Bytes that rotted at rest are the only excuse, and a single bit is one for the last frame alone,
 * unless the member stops voting.
 */
final class RestartsAgreeWithDisk implements Invariant {

    private final PerMember<DurableLog> disks;

    /** Of members that have lost their disk: what that held. */
    private final Map<MemberId, DurableLog> lost = new HashMap<>();

    /** Of members whose logs are not sealed. */
    RestartsAgreeWithDisk() {
        this(List.of());
    }

    /** @param keys with which logs are sealed, if they are; more may come */
    RestartsAgreeWithDisk(List<DataKey> keys) {
        this.disks = new PerMember<>(() -> new DurableLog(keys));
    }

    /** What a member's disk holds of its log. */
    DurableLog disk(MemberId member) {
        return disks.get(member);
    }

    /**
     * What counts of a member: what its first disk holds, or held when it was lost. What it says under its old id with an empty
     * disk must not count (corner case 8).
     */
    DurableLog countedDisk(MemberId member) {
        DurableLog first = lost.get(member);
        return first == null ? disk(member) : first;
    }

    @Override
    public void written(MemberId member, Object file, long position, byte[] bytes) {
        disk(member).written(file, position, bytes);
    }

    @Override
    public void synced(MemberId member, Object file, boolean succeeded) {
        disk(member).synced(file, succeeded);
    }

    @Override
    public void rotted(MemberId member, Damage damage) {
        disk(member).rotted(damage);
    }

    @Override
    public void crashed(SimulatedMember member, CrashKind kind) {
        disk(member.id()).died();
        if (kind == CrashKind.POWER_LOSS) {
            disk(member.id()).powerLost();
        }
        if (kind == CrashKind.DISK_LOSS) {
            lost.putIfAbsent(member.id(), disk(member.id()));
            disks.forget(member.id());
        }
    }

    /** By itself; it is started again like one that died. */
    @Override
    public void stopped(SimulatedMember member, Throwable cause) {
        disk(member.id()).died();
    }

    @Override
    public void opened(SimulatedMember member) {
        DurableLog disk = disk(member.id());
        RaftLog log = member.log().orElseThrow();
        boolean takenForWhole = !member.recovered().orElseThrow().votingSuspended() && !log.hasPending();
        if (takenForWhole && disk.lacksMoreThanLastFrame(log)) {
            throw violated("the log of member " + member.id() + " ends at " + log.lastId() + " in term "
                    + log.hardState().term()
                    + " after its restart, as if nothing were missing; what was durable of it ended at "
                    + disk.last() + " in term " + disk.term());
        }
        if (disk.takeRotted(log) || log.hasPending()) {
            // The second: it goes on from a snapshot that had arrived, and has yet to write so.
            return;
        }
        if (!log.lastId().equals(disk.last())) {
            throw violated("the log of member " + member.id() + " ends at " + log.lastId()
                    + " after its restart; what is durable of it ends at " + disk.last());
        }
        HardState durable = disk.hardState();
        HardState found = log.hardState();
        if (disk.takeBegun(found)) {
            return;
        }
        long commitIndex = Math.min(durable.commitIndex(), disk.last().index());
        if (found.term() != durable.term()
                || !found.votedFor().equals(durable.votedFor())
                || found.commitIndex() != commitIndex) {
            throw violated("member " + member.id() + " has " + found + " after its restart; durable is " + durable);
        }
    }
}
