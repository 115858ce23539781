package io.quorate.simulator;

import io.quorate.core.CoreStatus;
import io.quorate.core.EntryId;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftNode;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.fault.Fault;
import java.util.Optional;

/**
 * Lets the disk of a witness forget the end of its log, without a trace. A witness cannot find that out by itself, and may acknowledge and
 * vote on (docs/decisions/024): so only when nothing rests on what it loses. Every other voter has all that is in its log, durably;
 * and whoever may ever take a step again, former members too, is in the leader's term and follows it, so that neither a vote in this
 * term nor an acknowledgement in an earlier one is worth anything to anybody.
 */
final class LostEnds {

    private static final long LOOK_NANOS = 10_000_000;
    private static final long DOWN_NANOS = 100_000_000;

    /** How often it is looked whether one may be lost: for three seconds. */
    private static final int TRIES = 300;

    private final Agenda agenda;
    private final Cluster cluster;
    private final RunObserver observer;
    private final MembershipDriver membership;

    LostEnds(Agenda agenda, Cluster cluster, RunObserver observer, MembershipDriver membership) {
        this.agenda = agenda;
        this.cluster = cluster;
        this.observer = observer;
        this.membership = membership;
    }

    /** A witness that votes loses the end of its log as soon as it may. */
    void lose(Fault.LoseEnd loss) {
        lose(loss, TRIES);
    }

    private void lose(Fault.LoseEnd loss, int triesLeft) {
        if (membership.isStopped() || triesLeft == 0) {
            return;
        }
        Optional<MemberId> witness = membership
                .settled()
                .filter(this::nothingRestsOnOne)
                .flatMap(now -> now.voters().stream().filter(now::isWitness).findFirst());
        if (witness.isPresent()) {
            lose(loss, cluster.member(witness.get()));
        } else {
            agenda.after(LOOK_NANOS, () -> lose(loss, triesLeft - 1));
        }
    }

    private void lose(Fault.LoseEnd loss, SimulatedMember witness) {
        EntryId end = witness.log().orElseThrow().lastId();
        witness.crash(CrashKind.PROCESS);
        witness.disk().forgetEnd("log/segment-", loss.sectors()).ifPresent(file -> {
            witness.losesEnd(end);
            observer.fault("witness " + witness.id() + " forgets the end of " + file);
        });
        agenda.after(DOWN_NANOS, witness::start);
    }

    private boolean nothingRestsOnOne(Configuration settled) {
        Optional<CoreStatus> leading =
                cluster.leader().flatMap(SimulatedMember::node).map(RaftNode::status);
        if (leading.isEmpty() || !leading.get().configuration().equals(settled) || !cluster.everyVoterIsWhole()) {
            return false;
        }
        EntryId last = cluster.member(leading.get().self()).log().orElseThrow().lastId();
        return settled.voters().stream().map(cluster::member).allMatch(voter -> hasAllUpTo(last, voter))
                && cluster.members().stream()
                        .filter(member -> !member.isRetired())
                        .allMatch(member -> follows(leading.get(), member));
    }

    private static boolean hasAllUpTo(EntryId last, SimulatedMember voter) {
        return voter.log().orElseThrow().lastId().equals(last)
                && voter.node().orElseThrow().status().syncedIndex() >= last.index();
    }

    /** What a member says of itself may be of the moment before, so its log is asked for its term. */
    private static boolean follows(CoreStatus leading, SimulatedMember member) {
        return member.node()
                        .map(RaftNode::status)
                        .filter(status -> status.leader().equals(leading.leader()))
                        .isPresent()
                && member.log()
                        .map(RaftLog::hardState)
                        .filter(state -> state.term() == leading.term())
                        .isPresent();
    }
}
