package io.quorate.simulator;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftException;
import io.quorate.engine.RaftNode;
import io.quorate.kv.Result;
import io.quorate.simulator.fault.MembershipChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Changes the members of the cluster while it runs, as an operator would: looks at what the leader knows, asks it for a
 * change, and tries again for a while if that failed.
 */
final class MembershipDriver {

    private static final long SECOND = 1_000_000_000;
    static final int MIN_VOTERS = 3;
    static final int MAX_MEMBERS = 9;
    private static final int TRIES = 6;
    private static final int MAX_PRIORITY = 3;

    private final Agenda agenda;
    private final Cluster cluster;
    private final SplittableRandom random;
    private final RunObserver observer;

    /** Whether the members' priorities, and who was removed, are kept from one configuration to the next. */
    private final boolean managed;

    private final KnownConfiguration known;

    /** The one that has lost its disk for good and is not out of the configuration yet, if there is one. */
    private Optional<MemberId> lost = Optional.empty();

    private boolean stopped;

    MembershipDriver(Agenda agenda, Cluster cluster, SplittableRandom random, RunObserver observer, boolean managed) {
        this.agenda = agenda;
        this.cluster = cluster;
        this.random = random;
        this.observer = observer;
        this.managed = managed;
        this.known = new KnownConfiguration(agenda, cluster, this::inForce);
    }

    /** The configuration, if it is certain that no other can come into force by itself. */
    Optional<Configuration> settled() {
        return known.settled();
    }

    /**
     * A member cannot go on with what its disk holds: it stays off, and another takes its place. If one is lost already, that one is replaced
     * first, and by then this one may be no member any more.
     */
    void replaceLost(MemberId member) {
        cluster.member(member).retire();
        if (lost.isEmpty()) {
            lose(member, CrashKind.DISK_LOSS);
            begin(MembershipChange.REPLACE);
        } else if (!stopped) {
            agenda.after(SECOND, () -> replaceIfMember(member));
        }
    }

    /** Only a leader can say that it is no member any more, and only if no other configuration may come into force. */
    private void replaceIfMember(MemberId member) {
        Optional<Configuration> now = cluster.configuration();
        if (now.isEmpty() || now.get().isMember(member) || known.isUncertain()) {
            replaceLost(member);
        }
    }

    /** A member is gone for good; it is to be replaced. */
    void lose(MemberId victim, CrashKind kind) {
        lost = Optional.of(victim);
        cluster.member(victim).crash(kind);
        cluster.member(victim).retire();
    }

    /** A member loses its disk, and will come back under its id without its memory; it is to be replaced. */
    void wipe(MemberId victim) {
        lost = Optional.of(victim);
        cluster.member(victim).wipe();
    }

    /** The one that is gone for good, or has lost its memory, and is a member yet. */
    Optional<MemberId> lost() {
        return lost;
    }

    /** Begins no further change. */
    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    /** Begins a change. */
    void begin(MembershipChange change) {
        attempt(change, TRIES);
    }

    private void attempt(MembershipChange change, int triesLeft) {
        if (stopped || triesLeft == 0) {
            return;
        }
        Optional<SimulatedMember> leader = cluster.leader();
        Optional<Configuration> target = leader.flatMap(
                leading -> target(change, leading.id(), cluster.configuration().orElseThrow()));
        if (leader.isEmpty() || target.isEmpty()) {
            agenda.after(SECOND / 2, () -> attempt(change, triesLeft - 1));
            return;
        }
        observer.fault(change + ": " + target.get());
        ask(leader.get(), Optional.empty(), target.get(), failure -> {
            if (failure.isPresent()) {
                agenda.after(SECOND / 2, () -> attempt(change, triesLeft - 1));
            }
        });
    }

    /**
     * Asks a member that leads for a change.
     *
     * @param base what the target was made of, if the change is to be refused where that is not in force any more
     * @param ended told why it was not done, or may not have been; empty if it was done
     */
    void ask(
            SimulatedMember leader,
            Optional<Configuration> base,
            Configuration target,
            Consumer<Optional<Throwable>> ended) {
        RaftNode<Result> node = leader.node().orElseThrow();
        SimulatedProcess process = leader.process().orElseThrow();
        known.ask(process);
        CompletableFuture<Configuration> answer =
                base.isPresent() ? node.changeMembership(base.get(), target) : node.changeMembership(target);
        CompletableFuture<Void> unused = answer.handle((done, failure) -> {
            if (failure == null) {
                observer.changed(leader, base, target);
            }
            agenda.after(1, () -> {
                switch (failure) {
                    case null -> known.acknowledged(process, target);
                    case RaftException.Refused refused -> known.refused(process);
                    default -> known.leftOpen(process);
                }
                ended.accept(Optional.ofNullable(failure));
            });
            return null;
        });
    }

    private void inForce(Configuration configuration) {
        configuration.members().forEach(id -> cluster.member(id).becameMember());
        retireRemoved(configuration);
    }

    /** Members that are out are switched off after a while; until then they may try to disturb the others. */
    private void retireRemoved(Configuration target) {
        lost = lost.filter(target::isMember);
        for (SimulatedMember member : cluster.members()) {
            if (!target.isMember(member.id())) {
                agenda.after(random.nextLong(3 * SECOND), () -> retireIfOut(member));
            }
        }
    }

    /**
     * A change that is under way may be about to bring the member in: an operator who switches it off then takes away a voter
     * that the next configuration may need.
     */
    private void retireIfOut(SimulatedMember member) {
        if (known.isUncertain()) {
            agenda.after(SECOND, () -> retireIfOut(member));
            return;
        }
        boolean out = cluster.configuration()
                .filter(now -> !now.isJoint() && !now.isMember(member.id()))
                .isPresent();
        if (out) {
            member.retire();
            member.crash(CrashKind.PROCESS);
        }
    }

    private Optional<Configuration> target(MembershipChange change, MemberId leader, Configuration now) {
        boolean losesDisk = change == MembershipChange.REPLACE && lost.isEmpty();
        if (now.isJoint() || (losesDisk && !cluster.everyVoterIsWhole())) {
            return Optional.empty();
        }
        TreeSet<MemberId> voters = new TreeSet<>(now.voters());
        TreeSet<MemberId> learners = new TreeSet<>(now.learners());
        boolean possible = switch (change) {
            case ADD_LEARNER -> mayGrow(now) && learners.add(newcomer(now, isWitnessWanted(now)));
            case ADD_VOTER -> mayGrow(now) && voters.add(newcomer(now, false));
            case PROMOTE -> lost.isEmpty() && move(learners, voters);
            case DEMOTE -> mayLoseVoter(now) && move(voters, learners);
            case REMOVE -> mayLoseVoter(now) && voters.remove(anyBut(leader, voters));
            case REMOVE_LEADER -> mayLoseVoter(now) && voters.remove(leader);
            case JOINT ->
                mayGrow(now)
                        && voters.remove(any(voters))
                        && voters.add(newcomer(now, false))
                        && voters.add(newcomer(false));
            case REPLACE -> replace(leader, now, voters);
        };
        if (!possible) {
            return Optional.empty();
        }
        return managed
                ? Optional.of(electable(withPriorities(withMemory(now, voters, learners))))
                        .filter(this::isSurvivable)
                : Optional.of(withPriorities(target(voters, learners)));
    }

    /** Whether whatever may go wrong in this run leaves somebody to lead, with these members. */
    boolean isSurvivable(Configuration target) {
        return WitnessDraw.isSurvivable(target, cluster.beginning());
    }

    /** Whoever goes is remembered as removed, and whoever stays has the priority that it had. */
    private Configuration withMemory(Configuration now, SortedSet<MemberId> voters, SortedSet<MemberId> learners) {
        Configuration rest = now;
        for (MemberId member : now.members()) {
            if (!voters.contains(member) && !learners.contains(member)) {
                rest = rest.without(member);
            }
        }
        return new Configuration(
                voters,
                new TreeSet<>(),
                learners,
                new TreeMap<>(),
                rest.removed(),
                rest.priorities(),
                witnessesAmong(voters, learners));
    }

    /**
     * With so few of priority 0 that the others are a majority although one of them be lost: of the others one has everything that is
     * committed then, and is elected. Else nobody might be.
     */
    static Configuration electable(Configuration target) {
        int voters = target.voters().size();
        long others =
                target.voters().stream().filter(id -> target.priority(id) > 0).count();
        if (others == voters || others - 1 >= voters / 2 + 1) {
            return target;
        }
        Configuration raised = target;
        for (MemberId voter : target.voters()) {
            if (target.priority(voter) == 0 && !target.isWitness(voter)) {
                raised = raised.withPriority(voter, Configuration.DEFAULT_PRIORITY);
            }
        }
        return raised;
    }

    private Configuration target(SortedSet<MemberId> voters, SortedSet<MemberId> learners) {
        return new Configuration(voters, new TreeSet<>(), learners).withWitnesses(witnessesAmong(voters, learners));
    }

    private SortedSet<MemberId> witnessesAmong(SortedSet<MemberId> voters, SortedSet<MemberId> learners) {
        return Stream.concat(voters.stream(), learners.stream())
                .filter(id -> cluster.member(id).isWitness())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** A cluster that had a witness may have another one, when that is gone and enough others vote. */
    private boolean isWitnessWanted(Configuration now) {
        return !cluster.beginning().witnesses().isEmpty()
                && now.witnesses().isEmpty()
                && now.voters().size() >= WitnessDraw.LEAST_VOTERS;
    }

    /**
     * Now and then some are to lead rather than others. None is to lead never: after any fault that the cluster must survive, one
     * of those may be the only one that has everything.
     */
    private Configuration withPriorities(Configuration configuration) {
        Configuration drawn = configuration;
        if (random.nextInt(3) == 0) {
            for (MemberId voter : configuration.voters()) {
                if (configuration.isWitness(voter)) {
                    continue;
                }
                drawn = drawn.withPriority(voter, random.nextInt(1, 1 + MAX_PRIORITY));
            }
        }
        return drawn;
    }

    private boolean mayGrow(Configuration now) {
        return lost.isEmpty() && now.members().size() < MAX_MEMBERS;
    }

    /** With one lost already, no other may go. */
    private boolean mayLoseVoter(Configuration now) {
        boolean enough = managed ? now.voters().size() > MIN_VOTERS : WitnessDraw.mayLoseOne(now, MIN_VOTERS);
        return lost.isEmpty() && enough;
    }

    private boolean replace(MemberId leader, Configuration now, SortedSet<MemberId> voters) {
        if (voters.size() < MIN_VOTERS) {
            return false;
        }
        if (lost.isEmpty()) {
            lose(anyBut(leader, voters), CrashKind.DISK_LOSS);
        }
        return voters.remove(lost.orElseThrow()) && voters.add(newcomer(now, false));
    }

    /** One that a change which failed was to bring in, or a new one. A witness stays one as long as it lives. */
    MemberId newcomer(Configuration now, boolean witness) {
        return cluster.members().stream()
                .filter(member -> member.isWitness() == witness
                        && !member.isRetired()
                        && !member.wasMember()
                        && !now.isMember(member.id())
                        && !now.removed().contains(member.id()))
                .map(SimulatedMember::id)
                .findFirst()
                .orElseGet(() -> newcomer(witness));
    }

    private MemberId newcomer(boolean witness) {
        SimulatedMember member = cluster.addMember(witness);
        member.start();
        return member.id();
    }

    private boolean move(SortedSet<MemberId> from, SortedSet<MemberId> to) {
        if (from.isEmpty()) {
            return false;
        }
        MemberId moved = any(from);
        from.remove(moved);
        return to.add(moved);
    }

    private MemberId any(SortedSet<MemberId> members) {
        List<MemberId> all = List.copyOf(members);
        return all.get(random.nextInt(all.size()));
    }

    private MemberId anyBut(MemberId excluded, SortedSet<MemberId> members) {
        List<MemberId> all = new ArrayList<>(members);
        all.remove(excluded);
        return all.get(random.nextInt(all.size()));
    }
}
