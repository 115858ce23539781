package io.quorate.simulator.invariant;

import io.quorate.core.CoreStatus;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftNode;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.SimulatedMember;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration that a member acts by is the latest in its log, committed or not (thesis 4.1): it takes effect when it is
 * appended, and rolls back when it is truncated (corner case 17).
 */
final class ConfigurationOfTheLog implements Invariant {

    /** A configuration that a member acts by, and an equal one from its log. Neither ever changes, nor does that they are equal. */
    private record Agreed(Configuration acting, Configuration logged) {

        @SuppressWarnings("ReferenceEquality") // these very two, for to compare others takes the whole of them
        boolean are(Configuration oneActing, Configuration oneLogged) {
            return acting == oneActing && logged == oneLogged;
        }
    }

    /** What was found equal last, by member: configurations seldom change, and members settle after every task. */
    private final Map<MemberId, Agreed> agreed = new HashMap<>();

    @Override
    public void settled(SimulatedMember member) {
        Optional<CoreStatus> status = member.node().map(RaftNode::status);
        RaftLog log = member.log().orElseThrow();
        // The status is a picture of a moment that may be over: it counts if the log ends where it did then.
        if (status.isEmpty() || !status.get().last().equals(log.lastId())) {
            return;
        }
        Configuration latest = log.snapshotMetaAt(log.lastId().index()).configuration();
        Configuration acting = status.get().configuration();
        Agreed before = agreed.get(member.id());
        if (before != null && before.are(acting, latest)) {
            return;
        }
        if (!latest.equals(acting)) {
            throw violated("member " + member.id() + " acts by " + acting + ", the latest configuration in its log is "
                    + latest);
        }
        agreed.put(member.id(), new Agreed(acting, latest));
    }
}
