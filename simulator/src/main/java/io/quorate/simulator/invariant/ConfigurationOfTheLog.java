package io.quorate.simulator.invariant;

import io.quorate.core.CoreStatus;
import io.quorate.core.quorum.Configuration;
import io.quorate.engine.RaftNode;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.SimulatedMember;
import java.util.Optional;
import java.util.Set;

/**
 * The configuration that a member acts by is the latest in its log, committed or not (thesis 4.1): it takes effect when it is
 * appended, and rolls back when it is truncated (corner case 17).
 */
final class ConfigurationOfTheLog implements Invariant {

    /** Two that were found to be equal; they never change. */
    private record Agreed(Configuration inLog, Configuration inForce) {

        private static final Agreed NOTHING = new Agreed(Configuration.of(Set.of()), Configuration.of(Set.of()));

        /** Whether these are the very same: that takes no look at what is in them. */
        @SuppressWarnings("ReferenceEquality")
        boolean isOf(Configuration latest, Configuration current) {
            return inLog == latest && inForce == current;
        }
    }

    private final PerMember<Agreed> agreed = new PerMember<>(() -> Agreed.NOTHING);

    @Override
    public void settled(SimulatedMember member) {
        Optional<CoreStatus> status = member.node().map(RaftNode::status);
        RaftLog log = member.log().orElseThrow();
        // The status is a picture of a moment that may be over: it counts if the log ends where it did then.
        if (status.isEmpty() || !status.get().last().equals(log.lastId())) {
            return;
        }
        Configuration latest = log.snapshotMetaAt(log.lastId().index()).configuration();
        Configuration current = status.get().configuration();
        if (agreed.get(member.id()).isOf(latest, current)) {
            return;
        }
        if (!latest.equals(current)) {
            throw violated("member " + member.id() + " acts by " + current + ", the latest configuration in its log is "
                    + latest);
        }
        agreed.put(member.id(), new Agreed(latest, current));
    }
}
