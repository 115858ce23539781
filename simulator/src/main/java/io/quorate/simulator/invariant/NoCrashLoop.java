package io.quorate.simulator.invariant;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.StateMachine;
import io.quorate.kv.Result;
import io.quorate.simulator.SimulatedMember;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * No member stops again and again without getting on in between: whatever the log holds, applying it gives results and no
 * failure, and what a broken disk has left can be started from (invariant 19). While its disk is being broken a member may
 * stop as often as it likes.
 */
final class NoCrashLoop implements Invariant {

    /** How often a member may stop in a row on a sound disk: the first time may be the last thing that a bad disk did. */
    private static final int TOLERATED = 2;

    private final Map<MemberId, Integer> stops = new HashMap<>();

    @Override
    public void stopped(SimulatedMember member, Throwable cause) {
        if (!member.disk().isSound()) {
            stops.remove(member.id());
        } else if (stops.merge(member.id(), 1, Integer::sum) > TOLERATED) {
            InvariantViolation violation = violated("member " + member.id() + " has stopped " + (TOLERATED + 1)
                    + " times without applying anything: " + cause);
            violation.initCause(cause);
            throw violation;
        }
    }

    @Override
    public void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
        if (!stops.isEmpty()) {
            stops.remove(member.id());
        }
    }
}
