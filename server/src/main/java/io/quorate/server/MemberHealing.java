package io.quorate.server;

import io.quorate.core.CoreStatus;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.StateRepair;
import io.quorate.kv.Divergence;
import io.quorate.kv.StoreException;
import io.quorate.server.Upkeep.OnDivergence;
import io.quorate.server.healing.ScrubReport;
import io.quorate.server.store.DivergenceListener;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what becomes of a member whose log, state or snapshots are found damaged, or whose state differs from the others',
 * and has it done, one thing at a time. Thread-safe; whoever reports something does not wait.
 *
 * <p>What is reported of one incarnation of the node is void for the next, which was opened to mend it.
 */
final class MemberHealing implements DivergenceListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MemberHealing.class);

    /** A state that is still wrong after so many repairs is not made right by another one. */
    private static final int MAX_REPAIRS = 3;

    /** So long a repair that must wait does at most before it is tried again. */
    private static final Duration RETRY = Duration.ofSeconds(10);

    private static final String DAMAGED = "this member's state is damaged";
    private static final String WRONG = "this member's state is not what was written";

    /** What is healed. */
    interface Patient {

        Incarnation incarnation();

        /**
         * Hands leadership over, closes the node and opens the data anew, which mends the log.
         *
         * @param repair says that the state is to be dropped
         */
        void reopen(Optional<StateRepair> repair, String why);

        /** Hands leadership over, closes the node and opens the data anew, though nothing is wrong with it. */
        void restart();

        /** Ends the member, which is none any more. */
        void leave();

        /** Ends the member's service for good. */
        void giveUp(Throwable cause);
    }

    private final Patient patient;
    private final Upkeep upkeep;
    private final boolean durable;
    private final boolean mayBeAlone;
    private final Duration electionTimeout;
    private final ScheduledThreadPoolExecutor executor;

    /** Belong to the executor. */
    private int repairs;

    /** Marks up to this index tell of a state that is gone. */
    private long repairedIndex;

    /** A repair that waits. */
    private Optional<Future<?>> retry = Optional.empty();

    /** For what it waits, and how long the next one is to. */
    private String waitsFor = "";

    private Duration wait;

    MemberHealing(Patient patient, ServerConfig config, Configuration beginning) {
        this.patient = patient;
        this.upkeep = config.upkeep();
        this.durable = !config.ephemeral();
        this.mayBeAlone = beginning.allVoters().size() <= 1;
        this.electionTimeout = config.electionTimeout();
        this.wait = electionTimeout;
        this.executor = new ScheduledThreadPoolExecutor(
                1,
                task -> Thread.ofPlatform()
                        .daemon()
                        .name(config.name() + "-healing")
                        .unstarted(task));
        // What is still to come when the member ends is void.
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /**
     * Whether a state that cannot be gone on with may be dropped by a member whose node does not run, and which hears of
     * nobody. It is of no use to anybody; it is set aside.
     */
    boolean mayRepairUnseen() {
        return mayRepair(mayBeAlone);
    }

    /** As {@link #mayRepairUnseen}, of a node that has known its members before it stopped. */
    private boolean mayRepair() {
        CoreStatus status = patient.incarnation().node().status();
        return mayRepair(status.configuration().allVoters().equals(Set.of(status.self())));
    }

    private boolean mayRepair(boolean alone) {
        return durable && !alone && upkeep.onDivergence() == OnDivergence.REPAIR;
    }

    /** The node has stopped by itself, or was closed. */
    void nodeStopped(long incarnation, Throwable cause) {
        if (cause instanceof CancellationException) {
            return;
        }
        run(incarnation, () -> {
            if (durable && Damage.isOfLog(cause)) {
                patient.reopen(Optional.empty(), "its log is damaged: " + cause.getMessage());
            } else if (Damage.isOfStore(cause) && mayRepair()) {
                String what = String.valueOf(cause.getMessage());
                dropState(what, "its state is damaged: " + what);
            } else {
                patient.giveUp(cause);
            }
        });
    }

    /**
     * Somebody who administers wants the node opened anew.
     *
     * @return why it is not; empty if it is
     */
    Optional<String> restartAsked() {
        if (!durable) {
            return Optional.of("this member has its data in memory alone, and would lose them");
        }
        if (patient.incarnation()
                .node()
                .stopCause()
                .flatMap(Damage::ofDivergedLog)
                .isPresent()) {
            // Under a leader that happens to agree with it, it would serve again, and nobody knows who is right.
            return Optional.of(
                    "this member takes no part any more, since its log diverged, and a restart does not change that:"
                            + " bring it back with an empty data directory, by --replace-member");
        }
        if (patient.incarnation().fence().isUp()) {
            // What it has found of itself is not on its disk: another incarnation would serve with it.
            return Optional.of("this member's state is not to be trusted, and waits to be repaired");
        }
        run(patient.incarnation().number(), patient::restart);
        return Optional.empty();
    }

    /** The cluster goes on without this member. */
    void removed(long incarnation) {
        run(incarnation, patient::leave);
    }

    /** The member must not take part, since it has forgotten what it voted and acknowledged, or cannot. */
    void cannotTakePart(long incarnation, Throwable why) {
        run(incarnation, () -> patient.giveUp(why));
    }

    /** A read has met files of the store that are not what was written. */
    void storeDamaged(long incarnation, StoreException failure) {
        run(incarnation, () -> repairDamagedState(String.valueOf(failure.getMessage()), failure));
    }

    /** A scrub has found something. Of a state that is not good no snapshot is taken in the place of a damaged one. */
    void scrubbed(long incarnation, ScrubReport report) {
        Incarnation present = patient.incarnation();
        if (present.number() != incarnation) {
            return;
        }
        if (!report.damagedState().isEmpty()) {
            fence(DAMAGED);
        } else if (!report.wrongState().isEmpty()) {
            fence(WRONG);
        }
        run(incarnation, () -> {
            if (!report.damagedState().isEmpty()) {
                String what = report.damagedState().getFirst().toString();
                repairDamagedState(what, new IOException(what));
            } else if (!report.wrongState().isEmpty()) {
                fence(WRONG);
                repairWrongState(report.wrongState().getFirst().toString());
            } else if (!report.log().isEmpty() && durable) {
                patient.reopen(
                        Optional.empty(), "its log is damaged: " + report.log().getFirst());
            } else if (!report.snapshots().isEmpty()) {
                present.node().replaceSnapshot();
            }
        });
    }

    @Override
    public void diverged(Divergence divergence) {
        run(patient.incarnation().number(), () -> {
            if (divergence.verifyIndex() <= repairedIndex) {
                // Of the state that was dropped; the next mark judges the one that took its place.
                return;
            }
            String what = "it differs from the majority's at log index " + divergence.verifyIndex()
                    + ", in the buckets " + divergence.buckets();
            // Where no majority agrees this member may be the right one: it is fenced, and neither stops nor forgets.
            if (divergence.healthyMajority()) {
                patient.incarnation().node().barLeadership(true);
                repairWrongState(what);
            }
        });
    }

    @Override
    public void equalAgain() {
        run(patient.incarnation().number(), () -> {
            repairs = 0;
            Incarnation present = patient.incarnation();
            present.node().barLeadership(present.fence().isUp());
        });
    }

    @Override
    public void heldToDiffer() {
        run(patient.incarnation().number(), () -> patient.incarnation().node().barLeadership(true));
    }

    /** Whose state is not to be trusted serves nobody, and does not lead: it would hand its state on in snapshots. */
    private void fence(String reason) {
        Incarnation present = patient.incarnation();
        present.fence().raise(reason);
        present.node().barLeadership(true);
    }

    /** What is damaged needs no majority to be dropped; but there must be somebody to get another one from. */
    private void repairDamagedState(String what, Throwable cause) {
        if (!mayRepair()) {
            patient.giveUp(cause);
            return;
        }
        fence(DAMAGED);
        if (!anotherLeads()) {
            waitForALeader("damaged: " + what, () -> repairDamagedState(what, cause));
            return;
        }
        dropState(what, "its state is damaged: " + what);
    }

    /**
     * Whether this member hears a leader, which has a state, or it would not lead: members without one neither lead nor have a
     * snapshot to give. So those who must drop their states never leave a cluster without a leader by it.
     */
    private boolean anotherLeads() {
        CoreStatus status = patient.incarnation().node().status();
        return status.leader().filter(leader -> !leader.equals(status.self())).isPresent();
    }

    /** A leader that is fenced hands over; that takes an election at most. If nobody leads then it may take long. */
    private void waitForALeader(String what, Runnable repair) {
        if (what.equals(waitsFor) && retry.filter(waiting -> !waiting.isDone()).isPresent()) {
            // Each read that was under way may tell of the same damage.
            return;
        }
        waitsFor = what;
        LOG.warn(
                "This member's state is {}. It serves nobody, and drops nothing before another member leads, from which it"
                        + " can get a state.",
                what);
        tryAgain(wait, repair);
        wait = wait.compareTo(RETRY.dividedBy(2)) < 0 ? wait.multipliedBy(2) : RETRY;
    }

    /** Whatever the present state has applied tells nothing of the next one. */
    private void dropState(String what, String why) {
        repairedIndex = patient.incarnation().memberNode().machine().store().appliedIndex();
        wait = electionTimeout;
        patient.reopen(Optional.of(new StateRepair(what)), why);
    }

    private void repairWrongState(String what) {
        if (upkeep.onDivergence() == OnDivergence.STOP || !durable) {
            patient.giveUp(new IOException("its state is wrong: " + what));
        } else if (!anotherLeads()) {
            waitForALeader("wrong: " + what, () -> repairWrongState(what));
        } else if (!aMajorityIsHealthy()) {
            LOG.error(
                    "This member's state is wrong: {}. It serves nobody, and nothing is repaired as long as no majority of"
                            + " the others is known to be healthy.",
                    what);
            tryAgain(RETRY, () -> repairWrongState(what));
        } else if (repairs == MAX_REPAIRS) {
            LOG.error(
                    "This member's state is wrong again after {} repairs: {}. It serves nobody until somebody sees"
                            + " to it.",
                    repairs,
                    what);
        } else {
            repairs++;
            dropState(what, "its state is wrong: " + what);
        }
    }

    /**
     * Members come back, and a leader is elected: what cannot be repaired now may be then. If the state was found good
     * meanwhile, or replaced, the fence is down. What is found again and again is tried again once.
     */
    private void tryAgain(Duration delay, Runnable repair) {
        retry.ifPresent(waiting -> waiting.cancel(false));
        long incarnation = patient.incarnation().number();
        try {
            retry = Optional.of(executor.schedule(
                    () -> run(incarnation, () -> {
                        if (patient.incarnation().fence().isUp()) {
                            repair.run();
                        }
                    }),
                    delay.toNanos(),
                    TimeUnit.NANOSECONDS));
        } catch (RejectedExecutionException e) {
            LOG.debug("the member stops: {}", e.getMessage());
        }
    }

    /** Whether a majority is there without this member, none of which is known to be wrong, if another member leads. */
    private boolean aMajorityIsHealthy() {
        Incarnation present = patient.incarnation();
        CoreStatus status = present.node().status();
        Set<MemberId> voters = status.configuration().allVoters();
        Set<Long> diverged = present.memberNode()
                .machine()
                .store()
                .verification()
                .divergences()
                .keySet();
        long healthy = voters.stream()
                .filter(voter -> !voter.equals(status.self()) && !diverged.contains(voter.value()))
                .count();
        // A leader that is heard of has a majority with it, or it would have stepped down.
        return healthy >= voters.size() / 2 + 1;
    }

    private void run(long incarnation, Runnable task) {
        try {
            executor.execute(() -> {
                try {
                    if (patient.incarnation().number() == incarnation) {
                        task.run();
                    }
                } catch (RuntimeException e) {
                    patient.giveUp(e);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("the member stops: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        executor.shutdown();
    }
}
