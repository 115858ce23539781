package io.quorate.simulator;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftNode;
import io.quorate.engine.transport.StorageIds;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A member whose disk was wiped asks the others whether it may take part, by the rule of docs/decisions/014: so many of the other
 * voters must answer that one of each quorum that it was in is among them, and none may remember it with another storage.
 *
 * <p>What they remember is what the production code has on their disks. The rule is the server's, which the simulator does not run.
 */
final class Readmission {

    private static final long LOOK_NANOS = 100_000_000;

    private final Agenda agenda;
    private final Cluster cluster;
    private final SimulatedMember asking;

    Readmission(Agenda agenda, Cluster cluster, SimulatedMember asking) {
        this.agenda = agenda;
        this.cluster = cluster;
        this.asking = asking;
    }

    /** Asks again and again, until it is answered. */
    void ask() {
        Optional<StorageIds> storages = asking.storages();
        if (asking.isRetired() || storages.filter(StorageIds::isAdmitted).isPresent()) {
            return;
        }
        storages.ifPresent(this::judge);
        agenda.after(LOOK_NANOS, this::ask);
    }

    private void judge(StorageIds own) {
        List<SimulatedMember> answering =
                cluster.members().stream().filter(this::answers).toList();
        if (answering.stream().anyMatch(other -> remembersAnother(other, own.own()))) {
            asking.disown();
        } else if (areEnough(answering)) {
            var unused = own.admit();
        }
    }

    private boolean answers(SimulatedMember other) {
        return other != asking
                && other.isResponsive()
                && other.storages().filter(StorageIds::isAdmitted).isPresent()
                && cluster.network().areConnected(asking.id(), other.id());
    }

    private boolean remembersAnother(SimulatedMember other, long storage) {
        return other.storages()
                .filter(known -> known.judge(asking.id(), storage) == StorageIds.Standing.OTHER)
                .isPresent();
    }

    private boolean areEnough(List<SimulatedMember> answering) {
        List<Configuration> told = answering.stream()
                .flatMap(other -> other.node().map(RaftNode::status).stream())
                .map(status -> status.configuration())
                .filter(members -> members.isMember(asking.id()))
                .toList();
        Set<MemberId> heard =
                Set.copyOf(answering.stream().map(SimulatedMember::id).toList());
        return !told.isEmpty()
                && told.stream()
                        .flatMap(members -> Stream.of(members.voters(), members.outgoingVoters()))
                        .allMatch(voters -> areEnough(voters, heard));
    }

    private boolean areEnough(Set<MemberId> voters, Set<MemberId> heard) {
        long others =
                voters.stream().filter(voter -> !voter.equals(asking.id())).count();
        long answering = voters.stream().filter(heard::contains).count();
        return others == 0 || answering >= others / 2 + 1;
    }
}
