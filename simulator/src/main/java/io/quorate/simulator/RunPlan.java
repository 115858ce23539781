package io.quorate.simulator;

import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.fault.Fault;
import io.quorate.simulator.fault.FaultDraw;
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
 */
public record RunPlan(
        long seed, int members, long faultNanos, List<Fault> faults, int clients, int operationsPerSecond) {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_FAULTS = 25;

    public RunPlan {
        faults = List.copyOf(faults);
        if (members < 1 || faultNanos < 1 || clients < 1 || operationsPerSecond < 1) {
            throw new IllegalArgumentException("a run needs a member, a client, an operation and a moment at least");
        }
    }

    /** What a run of this seed is by itself: 3 to 7 members, 10 to 20 seconds. */
    public static RunPlan draw(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] sizes = {3, 3, 3, 4, 5, 5, 5, 7};
        int members = sizes[random.nextInt(sizes.length)];
        return draw(seed, random, members, 2 + random.nextInt(10), 20 + random.nextInt(100));
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
        List<Fault> faults = new FaultDraw(random.split(), ids, faultNanos).draw(random.nextInt(MAX_FAULTS));
        return new RunPlan(seed, members, faultNanos, faults, clients, operations);
    }

    /** The same with a shorter time, or a longer one. */
    public RunPlan withFaultNanos(long nanos) {
        return new RunPlan(seed, members, nanos, faults, clients, operationsPerSecond);
    }

    /** The same with other faults. */
    public RunPlan withFaults(List<Fault> other) {
        return new RunPlan(seed, members, faultNanos, other, clients, operationsPerSecond);
    }

    /** The same with the first so many members; faults of members that there are not happen to nobody. */
    public RunPlan withMembers(int count) {
        return new RunPlan(seed, count, faultNanos, faults, clients, operationsPerSecond);
    }

    /** The same with so many clients. */
    public RunPlan withClients(int count) {
        return new RunPlan(seed, members, faultNanos, faults, count, operationsPerSecond);
    }
}
