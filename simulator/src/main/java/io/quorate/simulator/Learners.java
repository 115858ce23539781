package io.quorate.simulator;

import io.quorate.core.CoreStatus;
import io.quorate.core.CoreStatus.FollowerStatus;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftNode;
import io.quorate.simulator.fault.Management;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** New members that come in as learners, and vote only when they lack little of the log. */
final class Learners {

    private static final long LOOK_NANOS = 100_000_000;

    /** What a learner may lack to be made a voter, in entries. */
    private static final long MAX_LAG_ENTRIES = 20;

    private final Agenda agenda;
    private final Cluster cluster;
    private final MembershipDriver membership;
    private final StepwiseChanges changes;
    private final RunObserver observer;

    Learners(
            Agenda agenda,
            Cluster cluster,
            MembershipDriver membership,
            StepwiseChanges changes,
            RunObserver observer) {
        this.agenda = agenda;
        this.cluster = cluster;
        this.membership = membership;
        this.changes = changes;
        this.observer = observer;
    }

    /** A member that runs, and belongs to the cluster as soon as that is told so. */
    SimulatedMember newMember(boolean witness) {
        SimulatedMember member = cluster.addMember(witness);
        member.start();
        return member;
    }

    /** A learner comes in, and votes; if it does not come near enough within its patience, it is taken out again. */
    void beginProbation(Management what, boolean witness, long patienceNanos) {
        beginProbation(what, witness, this::promoted, patienceNanos);
    }

    /** What the members are to be when a learner has the log. */
    @FunctionalInterface
    interface Passed {
        Optional<Configuration> of(MemberId learner, Configuration now);
    }

    /** The same, with something else than a promotion in the end. */
    void beginProbation(Management what, boolean witness, Passed passed, long patienceNanos) {
        boolean full =
                cluster.members().stream().filter(member -> !member.isRetired()).count()
                        >= MembershipDriver.MAX_MEMBERS;
        if (membership.isStopped() || full) {
            return;
        }
        SimulatedMember learner = newMember(witness);
        MemberId id = learner.id();
        Runnable takenBack =
                () -> changes.make(what, now -> without(id, now), 2 * StepwiseChanges.TRIES, () -> {}, () -> {});
        Runnable promotion =
                () -> changes.make(what, now -> passed.of(id, now), StepwiseChanges.TRIES, () -> {}, takenBack);
        changes.make(
                what,
                now -> with(learner, now),
                () -> onceCaughtUp(id, agenda.now() + patienceNanos, promotion, takenBack));
    }

    /** With a new learner. */
    Optional<Configuration> with(SimulatedMember learner, Configuration now) {
        return learner.isRetired()
                        || now.isMember(learner.id())
                        || now.removed().contains(learner.id())
                ? Optional.empty()
                : Optional.of(with(learner.id(), learner.isWitness(), now));
    }

    /** With a new learner, which is a witness or holds data. */
    static Configuration with(MemberId learner, boolean witness, Configuration now) {
        return witness ? now.withWitnessLearner(learner, List.of()) : now.withLearner(learner, List.of());
    }

    private static Optional<Configuration> without(MemberId learner, Configuration now) {
        return now.learners().contains(learner) ? Optional.of(now.without(learner)) : Optional.empty();
    }

    /** A learner is made a voter, if it has the log. */
    Optional<Configuration> promoted(MemberId learner, Configuration now) {
        OptionalLong held = heldBy(learner);
        if (!now.learners().contains(learner) || held.isEmpty()) {
            return Optional.empty();
        }
        observer.promoting(learner, held.getAsLong());
        return Optional.of(now.withPromoted(learner));
    }

    /** Waits until a learner has the log, or until a time. */
    void onceCaughtUp(MemberId learner, long deadline, Runnable then, Runnable late) {
        if (heldBy(learner).isPresent()) {
            then.run();
        } else if (agenda.now() >= deadline) {
            late.run();
        } else {
            agenda.after(LOOK_NANOS, () -> onceCaughtUp(learner, deadline, then, late));
        }
    }

    /** Up to where a learner has what is committed, as the leader knows; empty if it lacks too much of the log. */
    private OptionalLong heldBy(MemberId learner) {
        Optional<CoreStatus> leading =
                cluster.leader().flatMap(SimulatedMember::node).map(RaftNode::status);
        return leading.stream()
                .flatMap(status -> status.followers().stream())
                .filter(follower -> follower.member().equals(learner))
                .mapToLong(FollowerStatus::matchIndex)
                .filter(match -> match + MAX_LAG_ENTRIES >= leading.get().last().index())
                .map(match -> Math.min(match, leading.get().commitIndex()))
                .findFirst();
    }
}
