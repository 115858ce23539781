package io.quorate.simulator.enumeration;

import io.quorate.core.CoreStatus;
import io.quorate.core.RoleName;
import io.quorate.engine.RaftNode;
import io.quorate.engine.StateMachine;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.RaftLog;
import io.quorate.kv.Result;
import io.quorate.simulator.Agenda;
import io.quorate.simulator.Cluster;
import io.quorate.simulator.MemberSettings;
import io.quorate.simulator.RunObserver;
import io.quorate.simulator.SimulatedMember;
import io.quorate.simulator.Watchers;
import io.quorate.simulator.disk.SimulatedDisk;
import io.quorate.simulator.enumeration.MatrixOutcome.How;
import io.quorate.simulator.invariant.InvariantViolation;
import io.quorate.simulator.invariant.Invariants;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One case of the corruption matrix, from the start of the damaged members to the verdict. */
final class MatrixRun implements RunObserver {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long SLICE = SECOND / 20;

    /** By then a case that can recover must have. */
    private static final long RECOVERY_NANOS = 20 * SECOND;

    /** A case that cannot is watched for so long: several election timeouts. */
    private static final long WATCH_NANOS = 6 * SECOND;

    private final MatrixCase matrixCase;
    private final List<EntryFrame> entries;
    private final Agenda agenda = new Agenda();
    private final Watchers watchers = new Watchers();
    private final Cluster cluster;
    private final List<String> refusals = new ArrayList<>();
    private Optional<CompletableFuture<Result>> write = Optional.empty();

    MatrixRun(
            MatrixCase matrixCase,
            MemberSettings settings,
            List<EntryFrame> entries,
            List<SimulatedDisk> disks,
            SplittableRandom random) {
        this.matrixCase = matrixCase;
        this.entries = entries;
        this.cluster = new Cluster(MatrixCase.MEMBERS, settings, agenda, random, watchers);
        Invariants.all(cluster, agenda::now, settings.leases()).forEach(watchers::add);
        watchers.add(this);
        int member = 0;
        for (SimulatedMember one : cluster.members()) {
            one.replaceDisk(disks.get(member++));
        }
    }

    @Override
    public void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
        for (StateMachine.Command command : commands) {
            long index = command.id().index();
            if (index <= MatrixCase.ENTRIES) {
                EntryFrame written = entries.get((int) index - 1);
                if (!written.id().equals(command.id()) || !written.payload().equals(command.payload())) {
                    throw new InvariantViolation(
                            "what was committed", "member " + member.id() + " applies another command at " + index);
                }
            }
        }
    }

    @Override
    public void stopped(SimulatedMember member, Throwable cause) {
        refusals.add("member " + member.id() + " has stopped: " + cause.getMessage());
    }

    MatrixOutcome run(byte[] command) {
        SimulatedMember first = cluster.members().iterator().next();
        entries.forEach(written -> watchers.proposed(first, written.payload()));
        cluster.members().forEach(SimulatedMember::start);
        long deadline = matrixCase.canRecover() ? RECOVERY_NANOS : WATCH_NANOS;
        while (agenda.now() < deadline && watchers.violation().isEmpty()) {
            agenda.runUntil(agenda.now() + SLICE);
            Optional<SimulatedMember> leader = cluster.leader();
            if (leader.isPresent() && write.isEmpty()) {
                write = leader.map(member -> member.propose(command));
            }
            if (succeeded(write) && haveConverged()) {
                break;
            }
        }
        return judge();
    }

    private static boolean succeeded(Optional<CompletableFuture<Result>> write) {
        return write.isPresent() && write.get().isDone() && !write.get().isCompletedExceptionally();
    }

    private MatrixOutcome judge() {
        if (watchers.violation().isPresent()) {
            return outcome(How.WRONG, String.valueOf(watchers.violation().get().getMessage()));
        }
        if (succeeded(write)) {
            return haveConverged() ? recovered() : outcome(How.WRONG, "the members do not converge" + states());
        }
        if (write.isPresent()) {
            return outcome(How.WRONG, "a member led, and no write succeeds" + states());
        }
        return everyoneSaysSo()
                ? outcome(How.WAITS, String.join("; ", refusals) + states())
                : outcome(How.WRONG, "nobody leads, and not every member says why" + states());
    }

    private MatrixOutcome recovered() {
        if (!matrixCase.canRecover()) {
            return outcome(How.WRONG, "it goes on without the entries " + matrixCase.lostEntries() + states());
        }
        try {
            for (SimulatedMember member : cluster.members()) {
                RaftLog log = member.log().orElseThrow();
                for (EntryFrame entry : entries) {
                    if (!log.get(entry.index()).bytes().equals(entry.bytes())) {
                        return outcome(How.WRONG, "member " + member.id() + " has another entry " + entry.index());
                    }
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            return outcome(How.WRONG, "a member lacks an entry: " + e.getMessage());
        }
        return outcome(How.RECOVERED, "after " + agenda.now() / (SECOND / 1000) + " ms");
    }

    private boolean haveConverged() {
        long applied = -1;
        for (SimulatedMember member : cluster.members()) {
            Optional<CoreStatus> status = member.node().map(RaftNode::status);
            if (status.isEmpty()
                    || status.get().votingSuspended()
                    || status.get().appliedIndex() != status.get().last().index()
                    || (applied >= 0 && status.get().appliedIndex() != applied)) {
                return false;
            }
            applied = status.get().appliedIndex();
        }
        return applied > MatrixCase.ENTRIES;
    }

    /**
     * Whether each member says that it does not vote, and that it wants an entry for that which is lost, and which the others
     * have said not to have.
     */
    private boolean everyoneSaysSo() {
        return cluster.members().stream()
                .allMatch(member -> member.node()
                        .filter(node ->
                                node.status().votingSuspended() && node.status().role() != RoleName.LEADER)
                        .flatMap(RaftNode::missingEntries)
                        .filter(missing -> matrixCase.lostEntries().contains(missing.wantedIndex())
                                && missing.damaged().contains(missing.wantedIndex())
                                && missing.lackedBy().size() == MatrixCase.MEMBERS - 1)
                        .isPresent());
    }

    private String states() {
        StringBuilder text = new StringBuilder();
        for (SimulatedMember member : cluster.members()) {
            text.append(System.lineSeparator()).append("  ").append(member.id()).append(": ");
            text.append(member.node()
                    .map(RaftNode::status)
                    .map(CoreStatus::toString)
                    .orElse("down"));
            member.node()
                    .flatMap(RaftNode::missingEntries)
                    .ifPresent(missing -> text.append(' ').append(missing));
        }
        return text.toString();
    }

    private MatrixOutcome outcome(How how, String detail) {
        return new MatrixOutcome(matrixCase, how, detail);
    }
}
