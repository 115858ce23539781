package io.quorate.simulator.invariant;

import io.quorate.core.EntryId;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.core.quorum.Quorum;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.SimulatedMember;
import java.util.List;
import java.util.Set;

/**
 * When an entry is first committed, it is durable on a quorum of the voters in the leader's configuration, on one of each
 * half if that is joint; learners are not asked, and what was written by one that has lost its disk and come back counts for nothing (paper sections 5.3 and 6; invariants
 * 8 and 10, corner cases 5 and 8).
 */
final class CommittedIsDurable implements Invariant, CommittedLog.Listener {

    private final RestartsAgreeWithDisk disks;
    private Configuration configuration = Configuration.of(Set.of());
    private Quorum quorum = new Quorum(configuration);

    CommittedIsDurable(RestartsAgreeWithDisk disks, CommittedLog committed) {
        this.disks = disks;
        committed.tell(this);
    }

    @Override
    public void committed(SimulatedMember leader, long term, EntryId last) {
        RaftLog log = leader.log().orElseThrow();
        if (!isDurable(last, log.snapshotMetaAt(log.lastId().index()).configuration())) {
            List<MemberId> holders = configuration.allVoters().stream()
                    .filter(voter -> disks.countedDisk(voter).holds(last))
                    .toList();
            throw violated("leader " + leader.id() + " commits " + last + ", which is durable on " + holders
                    + " alone, and not on a quorum of " + configuration);
        }
    }

    /** Whether a quorum has an entry durably, and with it all that come before. */
    boolean isDurable(EntryId id, Configuration present) {
        if (!present.equals(configuration)) {
            configuration = present;
            quorum = new Quorum(present);
        }
        return quorum.isQuorum(voter -> disks.countedDisk(voter).holds(id));
    }
}
