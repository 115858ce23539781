package io.quorate.simulator;

import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.simulator.disk.DiskFaults;
import io.quorate.simulator.disk.RotTarget;
import io.quorate.simulator.fault.Fault;
import java.util.List;

/**
 * Lets disks keep or give back something else than what was written. Only while every voter is whole: then what one loses,
 * others have. And whoever was damaged is started anew, so that it looks at what it has.
 */
final class DiskDamage {

    private static final long DOWN_NANOS = 100_000_000;

    /** How long a member goes on after a write has gone elsewhere. */
    private static final long UNNOTICED_NANOS = 50_000_000;

    private static final String IDENTITY = "identity";

    private final Agenda agenda;
    private final Cluster cluster;
    private final RunObserver observer;
    private final MembershipDriver membership;

    DiskDamage(Agenda agenda, Cluster cluster, RunObserver observer, MembershipDriver membership) {
        this.agenda = agenda;
        this.cluster = cluster;
        this.observer = observer;
        this.membership = membership;
    }

    /** Whose old files are to come back keeps them from the beginning. */
    void prepare(List<Fault> faults) {
        for (Fault fault : faults) {
            if (fault instanceof Fault.OldFiles files && cluster.ids().contains(files.member())) {
                cluster.member(files.member()).disk().keepOldFiles();
            }
        }
    }

    void rot(Fault.BitRot rot) {
        if (!cluster.everyVoterIsWhole()) {
            return;
        }
        SimulatedMember member = cluster.member(rot.member());
        member.crash(CrashKind.PROCESS);
        if (rot.target() == RotTarget.IDENTITY) {
            rotIdentity(member);
        } else {
            damaged(member, rot.target());
        }
        agenda.after(DOWN_NANOS, member::start);
    }

    private void damaged(SimulatedMember member, RotTarget target) {
        member.disk().rot(target).ifPresent(file -> {
            member.suspect();
            observer.fault("a bit of " + file + " turned over");
        });
    }

    /** Nobody can mend that but the operator, who knows who the member is. Until then it must refuse to start. */
    private void rotIdentity(SimulatedMember member) {
        if (!member.disk().names().contains(IDENTITY)) {
            return;
        }
        byte[] right = member.disk().bytes(IDENTITY);
        damaged(member, RotTarget.IDENTITY);
        member.setIdentity(right);
    }

    void misdirectReads(Fault.MisdirectedReads reads) {
        if (!cluster.everyVoterIsWhole()) {
            return;
        }
        SimulatedMember member = cluster.member(reads.member());
        member.suspect();
        member.setDiskFaults(DiskFaults.misdirectedReads(reads.probability()));
        agenda.after(reads.forNanos() / 2, () -> startAnew(member));
        agenda.after(reads.forNanos(), () -> {
            member.setDiskFaults(DiskFaults.NONE);
            startAnew(member);
        });
    }

    void misdirectWrite(Fault.MisdirectedWrite write) {
        if (!cluster.everyVoterIsWhole()) {
            return;
        }
        SimulatedMember member = cluster.member(write.member());
        member.disarm();
        member.suspect();
        member.disk().misdirectNextWrite("log/", write.sameFile(), what -> {
            observer.fault(what);
            agenda.after(UNNOTICED_NANOS, () -> startAnew(member));
        });
    }

    void bringBackOld(Fault.OldFiles files) {
        SimulatedMember member = cluster.member(files.member());
        member.crash(CrashKind.PROCESS);
        observer.fault("there again: " + member.disk().bringBackOld(files.files()));
        agenda.after(DOWN_NANOS, member::start);
    }

    private void startAnew(SimulatedMember member) {
        member.crash(CrashKind.PROCESS);
        agenda.after(DOWN_NANOS, member::start);
    }

    /** A member has stopped. If it says that it cannot go on with what its disk holds, the operator has to do something. */
    void stopped(SimulatedMember member, Throwable cause) {
        if (cause instanceof DataDirectoryException
                && member.wasMisled()
                && !member.disk().isMisleading()) {
            if (member.restoreIdentity()) {
                observer.fault("the identity of " + member.id() + " is put back");
            } else {
                membership.replaceLost(member.id());
            }
        }
    }
}
