package io.quorate.simulator;

import io.quorate.core.quorum.Configuration;
import io.quorate.simulator.fault.Management;
import java.util.Optional;

/**
 * Makes one change of members at a time, as a manager of the cluster does: looks at what the leader knows, asks it for a change of
 * exactly that, and tries again for a while if it was not made.
 */
final class StepwiseChanges {

    /** How often a change is tried, unless something else is said. */
    static final int TRIES = 6;

    private static final long REST_NANOS = 500_000_000;

    private final Agenda agenda;
    private final Cluster cluster;
    private final MembershipDriver membership;
    private final RunObserver observer;

    StepwiseChanges(Agenda agenda, Cluster cluster, MembershipDriver membership, RunObserver observer) {
        this.agenda = agenda;
        this.cluster = cluster;
        this.membership = membership;
        this.observer = observer;
    }

    /** What the members are to be instead of what they are; empty if it is not possible at present. */
    @FunctionalInterface
    interface Step {
        Optional<Configuration> of(Configuration now);
    }

    /** The members as the leader knows them, unless a change is half done. */
    Optional<Configuration> present() {
        return cluster.configuration().filter(now -> !now.isJoint());
    }

    void make(Management what, Step step, Runnable done) {
        make(what, step, TRIES, done, () -> {});
    }

    /**
     * Makes a change.
     *
     * @param tries how often it is tried
     * @param done called when it is acknowledged
     * @param givenUp called when it was tried in vain; what was tried may have happened all the same
     */
    void make(Management what, Step step, int tries, Runnable done, Runnable givenUp) {
        if (membership.isStopped()) {
            return;
        }
        if (tries == 0) {
            givenUp.run();
            return;
        }
        Runnable again = () -> agenda.after(REST_NANOS, () -> make(what, step, tries - 1, done, givenUp));
        Optional<Configuration> now = present();
        Optional<Configuration> target = now.flatMap(step::of)
                .map(MembershipDriver::electable)
                .filter(membership::isSurvivable)
                .filter(wanted -> !now.get().equals(wanted));
        if (target.isEmpty()) {
            again.run();
            return;
        }
        observer.fault(what + ": " + target.get());
        membership.ask(cluster.leader().orElseThrow(), now, target.get(), failure -> {
            if (failure.isPresent()) {
                again.run();
            } else {
                done.run();
            }
        });
    }
}
