package io.quorate.simulator.invariant;

import io.quorate.core.CoreStatus;
import io.quorate.core.quorum.Configuration;
import io.quorate.engine.RaftNode;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.SimulatedMember;
import java.util.Optional;

/**
 * The configuration that a member acts by is the latest in its log, committed or not (thesis 4.1): it takes effect when it is
 * appended, and rolls back when it is truncated (corner case 17).
 */
final class ConfigurationOfTheLog implements Invariant {

    @Override
    public void settled(SimulatedMember member) {
        Optional<CoreStatus> status = member.node().map(RaftNode::status);
        RaftLog log = member.log().orElseThrow();
        // The status is a picture of a moment that may be over: it counts if the log ends where it did then.
        if (status.isEmpty() || !status.get().last().equals(log.lastId())) {
            return;
        }
        Configuration latest = log.snapshotMetaAt(log.lastId().index()).configuration();
        if (!latest.equals(status.get().configuration())) {
            throw violated("member " + member.id() + " acts by " + status.get().configuration()
                    + ", the latest configuration in its log is " + latest);
        }
    }
}
