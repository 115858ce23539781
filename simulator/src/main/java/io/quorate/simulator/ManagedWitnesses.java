package io.quorate.simulator;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.fault.Management;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** Witnesses that come, go, and take places of others, or others theirs, while the cluster is managed. */
final class ManagedWitnesses {

    private static final long SECOND = 1_000_000_000;

    private final Cluster cluster;
    private final MembershipDriver membership;
    private final StepwiseChanges changes;
    private final Learners learners;
    private final SplittableRandom random;
    private final RunObserver observer;

    ManagedWitnesses(
            Cluster cluster,
            MembershipDriver membership,
            StepwiseChanges changes,
            Learners learners,
            SplittableRandom random,
            RunObserver observer) {
        this.cluster = cluster;
        this.membership = membership;
        this.changes = changes;
        this.learners = learners;
        this.random = random;
        this.observer = observer;
    }

    /** Whether there is one, or was. */
    boolean areKnown() {
        return cluster.members().stream().anyMatch(SimulatedMember::isWitness);
    }

    /** One comes in as a learner, and votes when it has the log. */
    void add() {
        learners.beginProbation(Management.ADD_WITNESS, true, patience());
    }

    /**
     * By one change, which is joint since two voters differ: a new member, a witness mostly, for a witness that votes; where none
     * does, a new witness for a member with data.
     */
    void replace() {
        boolean witness = random.nextInt(3) != 0;
        learners.beginProbation(Management.REPLACE_WITNESS, witness, this::inPlaceOfOne, patience());
    }

    private long patience() {
        return SECOND + random.nextLong(4 * SECOND);
    }

    private Optional<Configuration> inPlaceOfOne(MemberId learner, Configuration now) {
        List<MemberId> voting = now.voters().stream().filter(now::isWitness).toList();
        if (voting.isEmpty() && !now.isWitness(learner)) {
            return Optional.empty();
        }
        MemberId leaving = any(voting.isEmpty() ? now.voters() : voting);
        return learners.promoted(learner, now).map(next -> next.without(leaving));
    }

    /** One goes, a learner perhaps. */
    void remove() {
        changes.make(
                Management.REMOVE_WITNESS,
                now -> now.witnesses().isEmpty() || now.voters().size() <= MembershipDriver.MIN_VOTERS
                        ? Optional.empty()
                        : Optional.of(now.without(any(now.witnesses()))),
                () -> {});
    }

    /** Asked for once: what a member is it stays. */
    void changeKind() {
        Optional<Configuration> now = changes.present();
        if (now.isEmpty() || membership.isStopped()) {
            return;
        }
        Configuration target = otherKind(now.get());
        observer.fault(Management.CHANGE_KIND + ": " + target);
        membership.ask(cluster.leader().orElseThrow(), now, target, failure -> {});
    }

    private Configuration otherKind(Configuration now) {
        boolean ofWitness = !now.witnesses().isEmpty() && random.nextBoolean();
        MemberId member = any(ofWitness ? now.witnesses() : now.members());
        TreeSet<MemberId> witnesses = new TreeSet<>(now.witnesses());
        if (witnesses.remove(member)) {
            return now.withWitnesses(witnesses);
        }
        witnesses.add(member);
        return now.withPriority(member, Configuration.DEFAULT_PRIORITY).withWitnesses(witnesses);
    }

    private MemberId any(Collection<MemberId> members) {
        List<MemberId> all = List.copyOf(members);
        return all.get(random.nextInt(all.size()));
    }
}
