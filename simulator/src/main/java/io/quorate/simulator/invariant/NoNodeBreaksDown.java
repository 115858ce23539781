package io.quorate.simulator.invariant;

import io.quorate.simulator.SimulatedMember;
import io.quorate.simulator.disk.DiskFaultException;

/** No node stops by itself, or refuses to start, unless its disk gave it a reason to (invariant 19). */
final class NoNodeBreaksDown implements Invariant {

    @Override
    public void stopped(SimulatedMember member, Throwable cause) {
        for (Throwable reason = cause; reason != null; reason = reason.getCause()) {
            if (reason instanceof DiskFaultException) {
                return;
            }
        }
        InvariantViolation violation = violated("member " + member.id() + " has stopped: " + cause);
        violation.initCause(cause);
        throw violation;
    }
}
