package io.quorate.simulator;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.StorageIds;
import io.quorate.simulator.fault.Management;
import io.quorate.simulator.fault.MembershipChange;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Voters that are gone for good, or have lost their disks and come back without their memory; learners take their places. */
final class LostVoters {

    private static final long SECOND = 1_000_000_000;
    private static final long REST_NANOS = SECOND / 2;

    /** How long a learner has to get the log. */
    private static final long PATIENCE_NANOS = 3 * SECOND;

    private final Agenda agenda;
    private final Cluster cluster;
    private final MembershipDriver membership;
    private final StepwiseChanges changes;
    private final Learners learners;
    private final SplittableRandom random;
    private final RunObserver observer;

    LostVoters(
            Agenda agenda,
            Cluster cluster,
            MembershipDriver membership,
            StepwiseChanges changes,
            Learners learners,
            SplittableRandom random,
            RunObserver observer) {
        this.agenda = agenda;
        this.cluster = cluster;
        this.membership = membership;
        this.changes = changes;
        this.learners = learners;
        this.random = random;
        this.observer = observer;
    }

    /** A voter dies for good, with what is on its disk, as soon as one may. */
    void replaceDead() {
        whenOneMayGo(Management.REPLACE_DEAD, StepwiseChanges.TRIES);
    }

    /** A voter loses its disk, and comes back, as soon as one may. */
    void wipe() {
        whenOneMayGo(Management.WIPE, StepwiseChanges.TRIES);
    }

    private void whenOneMayGo(Management operation, int triesLeft) {
        if (membership.isStopped() || triesLeft == 0) {
            return;
        }
        Optional<MemberId> victim = changes.present()
                .filter(now -> now.voters().size() >= MembershipDriver.MIN_VOTERS)
                .map(this::anyVoter)
                .filter(voter -> mayGo(operation, voter));
        if (victim.isEmpty()) {
            agenda.after(REST_NANOS, () -> whenOneMayGo(operation, triesLeft - 1));
            return;
        }
        if (operation == Management.WIPE) {
            wipe(victim.get());
        } else {
            observer.fault(victim.get() + " is dead for good");
            membership.lose(victim.get(), random.nextBoolean() ? CrashKind.PROCESS : CrashKind.POWER_LOSS);
        }
        takePlaceOf(operation, victim.get());
    }

    private MemberId anyVoter(Configuration now) {
        List<MemberId> voters = List.copyOf(now.voters());
        return voters.get(random.nextInt(voters.size()));
    }

    /**
     * Only while all others have all that was ever acknowledged. One that is to lose its memory must be remembered by all other
     * voters: those that were never connected with it do not know it again, which is a gap that docs/membership.md tells of.
     */
    private boolean mayGo(Management operation, MemberId victim) {
        return membership.lost().isEmpty()
                && cluster.everyVoterIsWhole()
                && (operation != Management.WIPE || everyOtherVoterRemembers(victim));
    }

    private boolean everyOtherVoterRemembers(MemberId victim) {
        Optional<Long> storage = cluster.member(victim).storages().map(StorageIds::own);
        return changes.present().orElseThrow().voters().stream()
                .filter(voter -> !voter.equals(victim))
                .allMatch(voter -> cluster.member(voter)
                        .storages()
                        .map(known -> known.remembered().getOrDefault(victim, StorageIds.UNKNOWN))
                        .equals(storage));
    }

    /** It comes back after a while, and asks whether it may take part. */
    private void wipe(MemberId victim) {
        SimulatedMember member = cluster.member(victim);
        observer.fault("the disk of " + victim + " is wiped");
        membership.wipe(victim);
        agenda.after(random.nextLong(2 * SECOND), () -> {
            member.start();
            new Readmission(agenda, cluster, member).ask();
        });
    }

    /** By a learner of its kind, as soon as that has the log; if it does not get there, by a voter that has nothing. */
    private void takePlaceOf(Management operation, MemberId victim) {
        SimulatedMember learner = learners.newMember(cluster.member(victim).isWitness());
        MemberId id = learner.id();
        Runnable atOnce = () -> {
            if (membership.lost().filter(victim::equals).isPresent()) {
                membership.begin(MembershipChange.REPLACE);
            }
        };
        Runnable exchange = () ->
                changes.make(operation, now -> inPlaceOf(victim, id, now), StepwiseChanges.TRIES, () -> {}, atOnce);
        changes.make(
                operation,
                now -> now.isMember(victim) ? learners.with(learner, now) : Optional.empty(),
                StepwiseChanges.TRIES,
                () -> learners.onceCaughtUp(id, agenda.now() + PATIENCE_NANOS, exchange, atOnce),
                atOnce);
    }

    private Optional<Configuration> inPlaceOf(MemberId victim, MemberId learner, Configuration now) {
        return now.isMember(victim)
                ? learners.promoted(learner, now).map(next -> next.without(victim))
                : Optional.empty();
    }
}
