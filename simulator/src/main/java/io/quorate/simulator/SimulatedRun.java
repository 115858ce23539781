package io.quorate.simulator;

import io.quorate.core.CoreStatus;
import io.quorate.core.Effect;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftNode;
import io.quorate.simulator.history.Operation;
import io.quorate.simulator.invariant.Invariant;
import io.quorate.simulator.invariant.InvariantViolation;
import io.quorate.simulator.invariant.Invariants;
import io.quorate.simulator.workload.Clients;
import io.quorate.simulator.workload.Perseverance;
import io.quorate.simulator.workload.SpecialClients;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** One run: a cluster, its clients, and what goes wrong, from the seed to the verdict. Belongs to one thread. */
public final class SimulatedRun {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long SLICE = SECOND / 20;

    /** What the node's own supervisor waits before it starts a node that has stopped again. */
    private static final long RESTART_NANOS = SECOND;

    /** How long the cluster may take to settle when everything is mended: ten of the longest election timeouts. */
    private static final long SETTLING_NANOS = 20 * SECOND;

    private final RunPlan plan;
    private final Agenda agenda = new Agenda();
    private final Watchers watchers = new Watchers();
    private final List<Invariant> invariants;
    private final Cluster cluster;
    private final FaultInjector faults;
    private final Clients clients;
    private final SpecialClients special;
    private final Perseverance perseverance;

    /** Whether it stays open if what the clients have seen can have been. */
    private boolean undecided;

    public SimulatedRun(RunPlan plan) {
        this(plan, Optional.empty());
    }

    /** A run in which everything that members write to their logs is sealed. */
    public static SimulatedRun sealed(RunPlan plan) {
        return new SimulatedRun(plan, Optional.of(new SimulatedKeys(plan.seed() * 0x9fb21c651e98df25L)));
    }

    private SimulatedRun(RunPlan plan, Optional<SimulatedKeys> keys) {
        this.plan = plan;
        SplittableRandom random = new SplittableRandom(plan.seed() ^ 0x5deece66dL);
        this.special = SpecialClients.draw(
                new SplittableRandom(~plan.seed()), new SplittableRandom(plan.seed() * 0x2545f4914f6cdd1dL));
        this.perseverance = Perseverance.draw(new SplittableRandom(plan.seed() * 0xda942042e4dd58b5L));
        MemberSettings plain = MemberSettings.draw(random.split());
        MemberSettings withLeases = special.options().map(plain::withLeases).orElse(plain);
        MemberSettings unsealed = plan.isManaged() ? withLeases.withHandshakes() : withLeases;
        MemberSettings settings = keys.map(unsealed::with).orElse(unsealed);
        this.cluster = new Cluster(WitnessDraw.beginning(plan), settings, agenda, random.split(), watchers);
        this.invariants = Invariants.all(
                cluster,
                agenda::now,
                special.options(),
                keys.map(SimulatedKeys::given).orElse(List.of()));
        invariants.forEach(watchers::add);
        this.faults = new FaultInjector(agenda, cluster, random.split(), forManagement(plan), watchers);
        watchers.add(new RunObserver() {
            @Override
            public void stopped(SimulatedMember member, Throwable cause) {
                faults.stopped(member, cause);
                agenda.after(RESTART_NANOS, member::start);
            }

            @Override
            public void changedRole(SimulatedMember member, Effect.RoleChanged changed) {
                if (changed.role() == RoleName.LEADER) {
                    faults.elected(member);
                }
            }
        });
        this.clients = new Clients(plan, agenda, cluster, random.split(), watchers, special, perseverance);
        watchers.add(lostConnections());
    }

    /** Where a process has died and its machine has not, whoever is connected to it is told so. */
    private RunObserver lostConnections() {
        return new RunObserver() {
            @Override
            public void crashed(SimulatedMember member, CrashKind kind) {
                if (kind == CrashKind.PROCESS) {
                    clients.lostConnection(member.id());
                }
            }

            @Override
            public void stopped(SimulatedMember member, Throwable cause) {
                clients.lostConnection(member.id());
            }
        };
    }

    /** Another generator than that of all the rest, so that a run that is not managed does not depend on it. */
    private static Optional<SplittableRandom> forManagement(RunPlan plan) {
        return plan.isManaged()
                ? Optional.of(new SplittableRandom(~plan.seed() * 0xd1342543de82ef95L))
                : Optional.empty();
    }

    /** Has somebody watch, after the invariants. */
    public void watch(RunObserver observer) {
        watchers.add(observer);
    }

    /** The virtual time, for whoever watches. */
    public Agenda agenda() {
        return agenda;
    }

    /** What the clients have asked for and were answered so far. */
    public List<Operation> operations() {
        return clients.operations();
    }

    /**
     * Runs to the end, or to the first violation. What is thrown outside of a member, by whatever makes up the run, is a violation
     * too: nobody knows what the run would have shown.
     */
    public RunResult run() {
        try {
            goThrough();
        } catch (InvariantViolation violation) {
            watchers.report(violation);
        } catch (RuntimeException | Error e) {
            // Its kind is part of the name: a run that breaks down in another way is not a smaller one of the same.
            InvariantViolation broken =
                    new InvariantViolation("run, " + e.getClass().getSimpleName(), "it broke down: " + e);
            broken.initCause(e);
            watchers.report(broken);
        }
        return new RunResult(
                plan,
                watchers.violation(),
                agenda.now(),
                faults.injected(),
                clients.completed(),
                clients.unknown(),
                undecided);
    }

    private void goThrough() {
        cluster.members().forEach(SimulatedMember::start);
        faults.schedule(plan.faults());
        clients.begin();
        special.begin(agenda, cluster, watchers, perseverance);
        if (goOnUntil(plan.faultNanos()) && (!plan.quorumFirst() || quorumGoesOn())) {
            faults.heal();
            clients.heal();
            settle();
        }
    }

    /** Whether nothing was violated on the way. */
    private boolean goOnUntil(long time) {
        while (agenda.now() < time && watchers.violation().isEmpty()) {
            agenda.runUntil(Math.min(time, agenda.now() + SLICE));
        }
        return watchers.violation().isEmpty();
    }

    /** A quorum is mended, and the rest stays broken: it must elect, and writes must succeed. */
    private boolean quorumGoesOn() {
        if (!faults.healQuorum()) {
            return true;
        }
        clients.heal();
        long deadline = agenda.now() + SETTLING_NANOS;
        while (agenda.now() < deadline) {
            if (!goOnUntil(agenda.now() + SLICE)) {
                return false;
            }
            if (clients.progressed()) {
                return true;
            }
        }
        if (clients.hasWritten()) {
            return true;
        }
        watchers.report(new InvariantViolation(
                "liveness", "a quorum was mended " + SETTLING_NANOS / SECOND + " s ago, and " + whatIsMissing(false)));
        return false;
    }

    /** Progress is due within a time; then, as nobody asks for anything new, that everybody comes to an end within another. */
    private void settle() {
        long mended = agenda.now();
        long deadline = mended + SETTLING_NANOS;
        boolean stopping = false;
        while (agenda.now() < deadline) {
            if (!goOnUntil(agenda.now() + SLICE)) {
                return;
            }
            if (!stopping && clients.progressed()) {
                stopping = true;
                clients.stop();
                special.stop();
                deadline = agenda.now() + SETTLING_NANOS;
            }
            if (stopping && clients.areDone() && special.areDone() && haveConverged()) {
                end();
                return;
            }
        }
        watchers.report(new InvariantViolation(
                "liveness",
                "everything was mended " + (agenda.now() - mended) / SECOND + " s ago, and "
                        + whatIsMissing(stopping)));
    }

    private void end() {
        try {
            undecided = !clients.judge();
            invariants.forEach(Invariant::ended);
        } catch (InvariantViolation violation) {
            watchers.report(violation);
        }
    }

    private String whatIsMissing(boolean progressed) {
        if (cluster.leader().isEmpty()) {
            return "nobody leads: " + states();
        }
        if (progressed && !special.areDone()) {
            return special.whatIsLeft() + ": " + states();
        }
        return progressed ? "the members have not converged: " + states() : "no write succeeds: " + states();
    }

    private String states() {
        StringBuilder text = new StringBuilder();
        for (SimulatedMember member : cluster.members()) {
            text.append(System.lineSeparator()).append("  ").append(member.id()).append(": ");
            text.append(member.node()
                    .map(RaftNode::status)
                    .map(CoreStatus::toString)
                    .orElse("down"));
        }
        return text.toString();
    }

    /** All members that belong to the cluster stand at the same index, and it is the end of the log. */
    private boolean haveConverged() {
        OptionalLong common = OptionalLong.empty();
        Optional<Configuration> configuration = cluster.configuration();
        if (configuration.isEmpty() || configuration.get().isJoint()) {
            return false;
        }
        for (MemberId id : configuration.get().members()) {
            SimulatedMember member = cluster.member(id);
            if (member.isRetired()) {
                continue;
            }
            Optional<CoreStatus> status = member.node().map(RaftNode::status);
            if (status.isEmpty()
                    || status.get().appliedIndex() != status.get().last().index()) {
                return false;
            }
            long applied = member.isWitness()
                    ? status.get().appliedIndex()
                    : member.store().orElseThrow().appliedIndex();
            if (applied != status.get().appliedIndex() || (common.isPresent() && common.getAsLong() != applied)) {
                return false;
            }
            common = OptionalLong.of(applied);
        }
        return true;
    }
}
