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
 * @param members how many members there are
 * @param faultNanos how long things go wrong; then everything is mended, and the cluster must settle
 * @param faults what goes wrong, in the order of time
 * @param clients how many clients there are
 * @param operationsPerSecond what all clients together ask for, in each second
 */
public record RunPlan(
        long seed, int members, long faultNanos, List<Fault> faults, int clients, int operationsPerSecond) {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    public RunPlan {
        faults = List.copyOf(faults);
    }

    /** What a run of this seed is by itself. */
    public static RunPlan draw(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] sizes = {3, 3, 3, 4, 5, 5, 5, 7};
        int members = sizes[random.nextInt(sizes.length)];
        long faultNanos = 10 * SECOND + random.nextLong(10 * SECOND);
        List<MemberId> ids = new ArrayList<>();
        for (int i = 1; i <= members; i++) {
            ids.add(new MemberId(i));
        }
        List<Fault> faults = new FaultDraw(random.split(), ids, faultNanos).draw(random.nextInt(25));
        return new RunPlan(seed, members, faultNanos, faults, 2 + random.nextInt(10), 20 + random.nextInt(100));
    }
}
