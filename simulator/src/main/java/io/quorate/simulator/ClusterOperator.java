package io.quorate.simulator;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.StepwiseChanges.Step;
import io.quorate.simulator.fault.Management;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * Whoever manages the cluster of a run, while things go wrong: changes priorities, has learners on probation, replaces members that
 * are dead or have lost their disks, makes several changes at once.
 */
final class ClusterOperator {

    private static final long SECOND = 1_000_000_000;
    private static final int MAX_PRIORITY = 3;

    /** Of the one voter that is to lead rather than all others. */
    private static final int PREFERRED = MAX_PRIORITY + 1;

    /** Of so many, one may be kept from leading (see {@link MembershipDriver#electable}). */
    private static final int MANY_VOTERS = 5;

    private final Agenda agenda;
    private final Cluster cluster;
    private final MembershipDriver membership;
    private final SplittableRandom random;
    private final RunObserver observer;
    private final StepwiseChanges changes;
    private final Learners learners;
    private final LostVoters lostVoters;
    private final ManagedWitnesses witnesses;

    /** How many changes wait for the next election. */
    private int waiting;

    ClusterOperator(
            Agenda agenda,
            Cluster cluster,
            MembershipDriver membership,
            SplittableRandom random,
            RunObserver observer) {
        this.agenda = agenda;
        this.cluster = cluster;
        this.membership = membership;
        this.random = random;
        this.observer = observer;
        this.changes = new StepwiseChanges(agenda, cluster, membership, observer);
        this.learners = new Learners(agenda, cluster, membership, changes, observer);
        this.lostVoters = new LostVoters(agenda, cluster, membership, changes, learners, random, observer);
        this.witnesses = new ManagedWitnesses(cluster, membership, changes, learners, random, observer);
    }

    /** Begins an operation. */
    void begin(Management operation) {
        switch (operation) {
            case PRIORITY -> changes.make(operation, this::otherPriority, () -> {});
            case PREFER -> changes.make(operation, this::preferring, this::takePreferenceBack);
            case PROBATION ->
                learners.beginProbation(Management.PROBATION, false, SECOND / 2 + random.nextLong(4 * SECOND));
            case TOGETHER -> changes.make(operation, this::together, () -> {});
            case TWO_AT_ONCE -> twoAtOnce();
            case AT_ELECTION -> waiting++;
            case TRANSFER -> transferMeanwhile();
            case GIVE_WAY -> giveWay();
            case REPLACE_DEAD -> lostVoters.replaceDead();
            case WIPE -> lostVoters.wipe();
            case ADD_WITNESS -> witnesses.add();
            case REPLACE_WITNESS -> witnesses.replace();
            case REMOVE_WITNESS -> witnesses.remove();
            case CHANGE_KIND -> witnesses.changeKind();
        }
    }

    private MemberId any(Collection<MemberId> members) {
        List<MemberId> all = List.copyOf(members);
        return all.get(random.nextInt(all.size()));
    }

    /** Those of some members that can have a priority: a witness has none. */
    private static List<MemberId> withData(Collection<MemberId> some, Configuration now) {
        return some.stream().filter(member -> !now.isWitness(member)).toList();
    }

    // ---- priorities

    private Optional<Configuration> otherPriority(Configuration now) {
        boolean never = now.voters().size() >= MANY_VOTERS && random.nextBoolean();
        return Optional.of(
                now.withPriority(any(withData(now.members(), now)), never ? 0 : random.nextInt(1, 1 + MAX_PRIORITY)));
    }

    private Optional<Configuration> preferring(Configuration now) {
        return Optional.of(now.withPriority(any(withData(now.voters(), now)), PREFERRED));
    }

    private void takePreferenceBack() {
        agenda.after(
                random.nextLong(12 * SECOND),
                () -> changes.make(Management.PREFER, ClusterOperator::preferringNobody, () -> {}));
    }

    private static Optional<Configuration> preferringNobody(Configuration now) {
        return now.members().stream()
                .filter(member -> now.priority(member) == PREFERRED)
                .findFirst()
                .map(member -> now.withPriority(member, Configuration.DEFAULT_PRIORITY));
    }

    // ---- several changes

    private Optional<Configuration> together(Configuration now) {
        if (membership.lost().isPresent() || now.members().size() >= MembershipDriver.MAX_MEMBERS) {
            return Optional.empty();
        }
        Configuration next = now;
        for (MemberId learner : now.learners()) {
            next = next.withPromoted(learner);
        }
        if (next.voters().size() > MembershipDriver.MIN_VOTERS) {
            next = next.without(any(next.voters()));
        }
        boolean witness = witnesses.areKnown() && random.nextInt(3) == 0;
        next = Learners.with(membership.newcomer(now, witness), witness, next);
        return Optional.of(next.withPriority(any(withData(next.members(), next)), random.nextInt(1, 1 + MAX_PRIORITY)));
    }

    /** Both are made of the same members, so that the one that comes later must be refused, whatever became of the other. */
    private void twoAtOnce() {
        Optional<SimulatedMember> leader = cluster.leader();
        Optional<Configuration> now = changes.present();
        if (leader.isEmpty() || now.isEmpty()) {
            return;
        }
        List<MemberId> members = withData(now.get().members(), now.get());
        if (members.size() < 2) {
            return;
        }
        long apart = random.nextBoolean() ? 0 : random.nextLong(SECOND / 20);
        ask(Management.TWO_AT_ONCE, leader.get(), now.get(), members.get(0), () -> {});
        agenda.after(apart, () -> ask(Management.TWO_AT_ONCE, leader.get(), now.get(), members.get(1), () -> {}));
    }

    /** Asks once for another priority of a member. */
    private void ask(Management what, SimulatedMember leader, Configuration now, MemberId member, Runnable failed) {
        if (!leader.isRunning() || membership.isStopped()) {
            return;
        }
        Configuration target = now.withPriority(member, 1 + now.priority(member) % MAX_PRIORITY);
        observer.fault(what + ": " + target);
        membership.ask(leader, Optional.of(now), target, failure -> {
            if (failure.isPresent()) {
                failed.run();
            }
        });
    }

    /** A member is about to lead. */
    void elected(SimulatedMember leader) {
        if (waiting > 0) {
            waiting--;
            agenda.after(1, () -> askAtElection(leader));
        }
    }

    /** What it says of itself may be of the moment before: its log is asked. */
    private void askAtElection(SimulatedMember leader) {
        RaftLog log = leader.log().orElseThrow();
        Configuration now = log.snapshotMetaAt(log.lastId().index()).configuration();
        Runnable later = () ->
                agenda.after(SECOND / 2, () -> changes.make(Management.AT_ELECTION, this::otherPriority, () -> {}));
        if (now.isJoint()) {
            later.run();
        } else {
            ask(Management.AT_ELECTION, leader, now, any(withData(now.members(), now)), later);
        }
    }

    private void transferMeanwhile() {
        Step step = random.nextBoolean() ? this::otherPriority : this::together;
        changes.make(Management.TRANSFER, step, () -> {});
        agenda.after(
                random.nextLong(SECOND / 200),
                () -> cluster.leader().flatMap(SimulatedMember::node).ifPresent(node -> {
                    MemberId target = any(node.status().configuration().allVoters());
                    CompletableFuture<Void> unused = node.transferLeadership(target);
                }));
    }

    /** All members believe that whoever leads is unwell, so that nobody hands over to it for its priority until they are told otherwise. */
    private void giveWay() {
        cluster.leader().flatMap(SimulatedMember::node).ifPresent(node -> {
            MemberId leader = node.status().self();
            MemberId target = any(node.status().configuration().allVoters());
            observer.fault(Management.GIVE_WAY + ": " + leader + " to " + target);
            sayUnwell(Set.of(leader));
            CompletableFuture<Void> unused = node.giveWay(target)
                    .thenRun(() -> observer.fault(Management.GIVE_WAY + ": " + leader + " has given way"));
            agenda.after(random.nextLong(6 * SECOND), () -> sayUnwell(Set.of()));
        });
    }

    private void sayUnwell(Set<MemberId> members) {
        cluster.members().stream().flatMap(member -> member.node().stream()).forEach(node -> node.unwell(members));
    }
}
