package io.quorate.simulator.invariant;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.detection.Detection;
import io.quorate.simulator.Cluster;
import io.quorate.simulator.SimulatedMember;

/**
 * Nobody is suspected of a lie who has told none: members that lose messages, repeat them, restart, lag and come and go are honest all the same
 * (invariant 22). Whose disk has lost or changed what it was to keep may contradict what it has said before, and others may seem to it to do so.
 */
final class NoDetectionWithoutATraitor implements Invariant {

    private final Cluster cluster;

    NoDetectionWithoutATraitor(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public void detected(SimulatedMember member, Detection detection) {
        if (!detection.kind().provesALie()) {
            // One that was removed, or has not been heard of here, speaks in a later term in all honesty.
            return;
        }
        boolean forgetful = isForgetful(member)
                || (detection.source() instanceof Detection.Member suspected && isForgetful(suspected.id()));
        if (!forgetful) {
            throw violated("member " + member.id() + " suspects an honest one: "
                    + detection.source().text() + " " + detection.what());
        }
    }

    private boolean isForgetful(MemberId id) {
        return cluster.ids().contains(id) && isForgetful(cluster.member(id));
    }

    private static boolean isForgetful(SimulatedMember member) {
        return member.wasMisled() || member.isWiped();
    }
}
