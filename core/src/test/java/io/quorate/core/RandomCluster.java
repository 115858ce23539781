package io.quorate.core;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.core.quorum.Quorum;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** A cluster to which, drawn from one seed, everything happens that a network, disks and people can do to it. */
final class RandomCluster {

    private final RandomGenerator random;
    private final Invariants invariants = new Invariants();
    private final List<SimulatedMember> members = new ArrayList<>();
    private final List<Envelope> network = new ArrayList<>();
    private final Set<MemberId> cutOff = new HashSet<>();
    /** How often each kind of trouble happens, of a thousand actions; drawn, so that seeds differ in kind. */
    private final int lossPermille;

    private final int duplicationPermille;
    private final int crashPermille;
    private final int partitionPermille;
    private final int snapshotPermille;
    private final int unrestPermille;
    /** How often messages arrive, clocks tick and disks sync, against 290 other actions. */
    private final int deliveries;

    private final int ticks;
    private final int syncs;
    private final boolean reorders;
    private final boolean damages;

    private final Configuration beginning;
    private long nextReadId;
    private boolean reliable;

    RandomCluster(long seed) {
        random = new SplittableRandom(seed);
        lossPermille = random.nextInt(4) * 60;
        duplicationPermille = random.nextInt(3) * 60;
        crashPermille = random.nextInt(3) * 6;
        partitionPermille = random.nextInt(3) * 6;
        unrestPermille = random.nextInt(3) * 10;
        snapshotPermille = random.nextInt(3) * 8;
        deliveries = random.nextInt(3, 6) * 100;
        ticks = random.nextInt(1, 5) * 60;
        syncs = random.nextInt(1, 5) * 30;
        reorders = random.nextBoolean();
        damages = random.nextBoolean();
        // Drawn beside all else, so that other seeds stay what they are.
        Configuration plain = configuration();
        boolean witness = !damages
                && plain.voters().size() > 2
                && !plain.isJoint()
                && new SplittableRandom(~seed).nextInt(3) == 0;
        Configuration configuration = witness ? withWitness(plain, new SplittableRandom(~seed + 1)) : plain;
        beginning = configuration;
        SnapshotMeta bootstrap = new SnapshotMeta(EntryId.ORIGIN, configuration, 0);
        for (MemberId id : configuration.members()) {
            CoreOptions options = new CoreOptions(
                    id,
                    10,
                    random.nextInt(1, 4),
                    random.nextInt(10),
                    30,
                    random.nextInt(1, 5),
                    random.nextInt(1, 10) * 10L,
                    200);
            SimulatedMember member = new SimulatedMember(
                    options, bootstrap, new SplittableRandom(random.nextLong()), this::arrives, invariants);
            members.add(member);
            invariants.watch(member);
        }
    }

    private Configuration configuration() {
        TreeSet<MemberId> voters = new TreeSet<>();
        TreeSet<MemberId> outgoing = new TreeSet<>();
        TreeSet<MemberId> learners = new TreeSet<>();
        int size = random.nextInt(10) == 0 ? 1 : random.nextInt(3, 6);
        for (int i = 1; i <= size; i++) {
            voters.add(new MemberId(i));
        }
        switch (random.nextInt(4)) {
            case 0 -> learners.add(new MemberId(size + 1));
            case 1 -> {
                outgoing.add(new MemberId(1));
                outgoing.add(new MemberId(2));
                outgoing.add(new MemberId(size + 1));
            }
            default -> {}
        }
        // Those that may lead must be a majority, or one of the others can refuse them its vote for good.
        boolean someNever = !damages && outgoing.isEmpty();
        return withPriorities(new Configuration(voters, outgoing, learners), someNever ? (voters.size() - 1) / 2 : 0);
    }

    /** The last voter is one, and of those with data one may never lead, though they be two: no disk is lost. */
    private static Configuration withWitness(Configuration plain, SplittableRandom random) {
        Configuration drawn = new Configuration(plain.voters(), plain.outgoingVoters(), plain.learners())
                .withWitnesses(new TreeSet<>(Set.of(plain.voters().last())));
        return random.nextBoolean() ? drawn.withPriority(plain.voters().first(), 0) : drawn;
    }

    /** Some voters are to lead rather than others, and so many at most never. */
    private Configuration withPriorities(Configuration configuration, int mostNever) {
        Configuration drawn = configuration;
        int never = mostNever;
        if (random.nextInt(3) == 0) {
            for (MemberId voter : configuration.voters()) {
                int priority = never > 0 ? random.nextInt(4) : random.nextInt(1, 4);
                never -= priority == 0 ? 1 : 0;
                drawn = drawn.withPriority(voter, priority);
            }
        }
        return drawn;
    }

    Invariants invariants() {
        return invariants;
    }

    List<SimulatedMember> members() {
        return members;
    }

    private void arrives(Envelope envelope) {
        boolean cut = cutOff.contains(envelope.from()) != cutOff.contains(envelope.to());
        if (cut || (!reliable && happens(lossPermille))) {
            return;
        }
        network.add(envelope);
        if (!reliable && happens(duplicationPermille)) {
            network.add(envelope);
        }
    }

    private boolean happens(int permille) {
        return random.nextInt(1000) < permille;
    }

    private SimulatedMember anyone() {
        return members.get(random.nextInt(members.size()));
    }

    void run(int actions) {
        for (int i = 0; i < actions; i++) {
            act();
        }
    }

    private void act() {
        int dice = random.nextInt(deliveries + ticks + syncs + 290);
        if (dice < 80) {
            anyone().complete();
        } else if (dice < 180) {
            anyone().flush();
        } else if (dice < 220) {
            anyone().propose(random.nextInt(1, 4));
        } else if (dice < 240) {
            nextReadId++;
            anyone().step(new Event.ReadRequested(nextReadId));
        } else if (dice < 290) {
            trouble();
        } else if (dice < 290 + syncs) {
            anyone().sync(random.nextInt(1, 5));
        } else if (dice < 290 + syncs + ticks) {
            anyone().tick();
        } else {
            deliver();
        }
    }

    private void trouble() {
        if (happens(10 * crashPermille)) {
            crash();
        } else if (happens(10 * partitionPermille)) {
            partition();
        } else if (happens(10 * snapshotPermille)) {
            anyone().snapshot(random.nextInt(4));
        } else if (happens(30)) {
            anyone().step(new Event.TransferRequested(anyone().id));
        } else if (happens(60)) {
            // Nor has it to survive that one which has just lost its log becomes indispensable.
            if (members.stream().noneMatch(member -> member.durable().suspension != Suspension.NONE)) {
                anyone().step(new Event.ConfigurationProposed(anyConfiguration()));
            }
        } else if (happens(30)) {
            anyone().step(new Event.Unreachable(anyone().id));
        } else if (happens(50)) {
            // Whatever a member believes of its leader's silences: that is nothing that safety depends on.
            anyone().step(new Event.ElectionTimeoutEstimated(random.nextInt(1, 20)));
        } else if (happens(50)) {
            anyone().flushStateMachine();
        } else if (happens(10 * unrestPermille)) {
            clocksJump();
        }
    }

    /** Any of the members vote, others learn, and some are left out. */
    private Configuration anyConfiguration() {
        return keepingWitnesses(drawConfiguration());
    }

    /** Whoever is a witness stays one; there is none to lead among witnesses alone, which is refused. */
    private Configuration keepingWitnesses(Configuration drawn) {
        if (beginning.witnesses().isEmpty()) {
            return drawn;
        }
        TreeSet<MemberId> witnesses = new TreeSet<>(beginning.witnesses());
        witnesses.retainAll(drawn.members());
        return new Configuration(drawn.voters(), drawn.outgoingVoters(), drawn.learners()).withWitnesses(witnesses);
    }

    private Configuration drawConfiguration() {
        TreeSet<MemberId> voters = new TreeSet<>();
        TreeSet<MemberId> learners = new TreeSet<>();
        for (SimulatedMember member : members) {
            switch (random.nextInt(4)) {
                case 0 -> learners.add(member.id);
                case 1, 2 -> voters.add(member.id);
                default -> {}
            }
        }
        return withPriorities(new Configuration(voters, new TreeSet<>(), learners), 0);
    }

    /** Whoever is no voter learns. */
    Configuration withLearners(Configuration present) {
        TreeSet<MemberId> learners = new TreeSet<>();
        members.stream().filter(member -> !present.isVoter(member.id)).forEach(member -> learners.add(member.id));
        return keepingWitnesses(new Configuration(present.voters(), new TreeSet<>(), learners));
    }

    /** Every member is a voter. */
    Configuration everyone() {
        TreeSet<MemberId> voters = new TreeSet<>();
        members.forEach(member -> voters.add(member.id));
        return keepingWitnesses(Configuration.of(voters));
    }

    /** All leases run out; whoever comes first campaigns. Leaders change in the middle of everything. */
    private void clocksJump() {
        for (SimulatedMember member : members) {
            for (int i = random.nextInt(8, 15); i > 0; i--) {
                member.tick();
            }
        }
    }

    private void crash() {
        SimulatedMember member = anyone();
        if (mayLoseWhatItHad(member) && random.nextBoolean()) {
            SimulatedDisk disk = member.durable();
            long index = disk.start.index() + 1 + random.nextInt(disk.log.size() + 1);
            if (random.nextBoolean()) {
                member.restartDamaged(index);
            } else {
                // A log that has lost its end has lost with it whatever was promised behind that.
                member.restartWithoutEnd(index, random.nextLong(disk.hardState.term() + 1));
            }
        } else {
            member.restart();
        }
    }

    /** Two that lose what they acknowledged, at once, are more than a cluster of three has to survive. */
    private boolean mayLoseWhatItHad(SimulatedMember member) {
        boolean anyoneRepairs = members.stream().anyMatch(other -> other.durable().suspension != Suspension.NONE);
        // So it is if another one loses, in a crash later on, what it knows and has not durably yet.
        boolean othersCanElect = members.stream()
                .flatMap(other -> Stream.of(
                        other.status().configuration(), other.durable().configuration()))
                .allMatch(configuration -> new Quorum(configuration).isQuorum(id -> !id.equals(member.id)));
        return damages && !anyoneRepairs && othersCanElect;
    }

    private void partition() {
        if (cutOff.isEmpty()) {
            int size = random.nextInt(1, members.size() / 2 + 1 + 1);
            for (int i = 0; i < size; i++) {
                cutOff.add(anyone().id);
            }
        } else {
            cutOff.clear();
        }
    }

    private void deliver() {
        if (network.isEmpty()) {
            return;
        }
        int which = reorders && !reliable ? random.nextInt(network.size()) : 0;
        Envelope envelope = network.remove(which);
        members.stream().filter(member -> member.id.equals(envelope.to())).forEach(member -> member.receive(envelope));
    }

    /** The trouble ends; from here on everything works. */
    void heal() {
        reliable = true;
        cutOff.clear();
    }

    /** One tick for everybody, and everything that follows from it. */
    void calmTick() {
        members.forEach(SimulatedMember::tick);
        settle();
    }

    void settle() {
        for (int round = 0; round < 10_000; round++) {
            members.forEach(SimulatedMember::flush);
            members.forEach(SimulatedMember::syncAll);
            boolean quiet = network.isEmpty();
            while (!network.isEmpty()) {
                deliver();
            }
            for (SimulatedMember member : members) {
                while (member.hasCompletions()) {
                    quiet = false;
                    member.complete();
                }
                quiet &= !member.hasUnsynced();
            }
            if (quiet) {
                return;
            }
        }
        throw new AssertionError("messages never cease");
    }
}
