package io.quorate.simulator;

import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.fault.Fault;
import io.quorate.simulator.fault.FaultDraw;
import io.quorate.simulator.fault.ManagementDraw;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * All that makes a run what it is, as data. Everything else is drawn from the seed while it goes on.
 *
 * @param seed what all dice of the run are thrown from
 * @param members how many members there are at the beginning
 * @param faultNanos how long things go wrong; then everything is mended, and the cluster must settle
 * @param faults what goes wrong, in the order of time
 * @param clients how many clients there are
 * @param operationsPerSecond what all clients together ask for, in each second
 * @param quorumFirst whether only a quorum is mended at first, which must be able to go on, and the others later
 * @param compactionNanos how long after one compaction of the history the next is asked for, at most; 0: there is none
 */
public record RunPlan(
        long seed,
        int members,
        long faultNanos,
        List<Fault> faults,
        int clients,
        int operationsPerSecond,
        boolean quorumFirst,
        long compactionNanos) {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_FAULTS = 25;
    private static final int MAX_OPERATIONS = 1_000;

    /** Makes of a seed that of another generator. */
    private static final long MANAGEMENT_FACTOR = 0xd1342543de82ef95L;

    /** As the robustness tests of etcd do, every 100 to 200 ms. */
    private static final long COMPACTION_NANOS = SECOND / 5;

    /** A plan in which everything is mended at once, and no history compacted. */
    public RunPlan(long seed, int members, long faultNanos, List<Fault> faults, int clients, int operationsPerSecond) {
        this(seed, members, faultNanos, faults, clients, operationsPerSecond, false, 0);
    }

    public RunPlan {
        faults = List.copyOf(faults);
        if (members < 1 || faultNanos < 1 || clients < 1 || operationsPerSecond < 1 || compactionNanos < 0) {
            throw new IllegalArgumentException("a run needs a member, a client, an operation and a moment at least");
        }
    }

    /** What a run of this seed is by itself: 3 to 7 members, 10 to 20 seconds. */
    public static RunPlan draw(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] sizes = {3, 3, 3, 4, 5, 5, 5, 7};
        int members = sizes[random.nextInt(sizes.length)];
        boolean busy = random.nextInt(8) == 0;
        int operations = 20 + random.nextInt(busy ? MAX_OPERATIONS - 20 : 100);
        RunPlan plan = draw(seed, random, members, 2 + random.nextInt(10), operations);
        return random.nextInt(4) == 0 ? plan.withCompaction(COMPACTION_NANOS) : plan;
    }

    /**
     * A run of this seed with five members and 100 proposals in each second, as far as faults let the clients: what figures
     * are given for. Two of three operations are proposals, the others are reads.
     */
    public static RunPlan drawFive(long seed) {
        return draw(seed, new SplittableRandom(seed), 5, 15, 150);
    }

    private static RunPlan draw(long seed, SplittableRandom random, int members, int clients, int operations) {
        long faultNanos = 10 * SECOND + random.nextLong(10 * SECOND);
        List<MemberId> ids = new ArrayList<>();
        for (int i = 1; i <= members; i++) {
            ids.add(new MemberId(i));
        }
        List<Fault> drawn = new FaultDraw(random.split(), ids, faultNanos).draw(random.nextInt(MAX_FAULTS));
        List<Fault> faults = ManagementDraw.together(
                drawn, ManagementDraw.draw(new SplittableRandom(seed * MANAGEMENT_FACTOR), faultNanos));
        return WitnessDraw.withWitnesses(
                new RunPlan(seed, members, faultNanos, faults, clients, operations, random.nextInt(3) == 0, 0));
    }

    /** Whether the cluster is managed while things go wrong. */
    boolean isManaged() {
        return faults.stream().anyMatch(Fault.Manage.class::isInstance);
    }

    private RunPlan withCompaction(long nanos) {
        return new RunPlan(seed, members, faultNanos, faults, clients, operationsPerSecond, quorumFirst, nanos);
    }

    /** The same with a shorter time, or a longer one. */
    public RunPlan withFaultNanos(long nanos) {
        return new RunPlan(seed, members, nanos, faults, clients, operationsPerSecond, quorumFirst, compactionNanos);
    }

    /** The same with other faults. */
    public RunPlan withFaults(List<Fault> other) {
        return new RunPlan(
                seed, members, faultNanos, other, clients, operationsPerSecond, quorumFirst, compactionNanos);
    }

    /** The same with the first so many members; faults of members that there are not happen to nobody. */
    public RunPlan withMembers(int count) {
        return new RunPlan(seed, count, faultNanos, faults, clients, operationsPerSecond, quorumFirst, compactionNanos);
    }

    /** The same with so many clients. */
    public RunPlan withClients(int count) {
        return new RunPlan(seed, members, faultNanos, faults, count, operationsPerSecond, quorumFirst, compactionNanos);
    }
}
