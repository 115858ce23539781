package io.quorate.simulator.invariant;

import io.quorate.simulator.SimulatedMember;
import io.quorate.simulator.disk.DiskFaultException;
import io.quorate.simulator.disk.FullDiskException;
import java.io.IOException;

/**
 * No node stops by itself, or refuses to start, unless its disk gave it a reason to. A full disk is none (corner case 26)
 * once the node runs, for it has nothing to lose by waiting (invariant 19). And nobody is disowned that has not lost its disk.
 */
final class NoNodeBreaksDown implements Invariant {

    @Override
    public void disowned(SimulatedMember member) {
        if (!member.isWiped()) {
            throw violated("member " + member.id() + " is remembered with another storage, and has had no other");
        }
    }

    @Override
    public void stopped(SimulatedMember member, Throwable cause) {
        for (Throwable reason = cause; reason != null; reason = reason.getCause()) {
            boolean failed = reason instanceof DiskFaultException
                    && !(reason instanceof FullDiskException && member.isRunning());
            if (failed || (reason instanceof IOException && member.wasMisled())) {
                return;
            }
        }
        InvariantViolation violation = violated("member " + member.id() + " has stopped: " + cause);
        violation.initCause(cause);
        throw violation;
    }
}
