package io.quorate.simulator.enumeration;

import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.CrashKind;
import io.quorate.simulator.RunObserver;
import io.quorate.simulator.RunPlan;
import io.quorate.simulator.RunResult;
import io.quorate.simulator.SimulatedMember;
import io.quorate.simulator.SimulatedRun;
import io.quorate.simulator.fault.Fault;
import io.quorate.simulator.fault.MembershipChange;
import io.quorate.simulator.fault.PartitionShape;
import io.quorate.simulator.network.LinkFaults;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One fixed run of three members, in which one of them crashes at an operation of its disk: at each of its operations in
 * turn, each member, by the end of its process and by a loss of power. It starts again, all invariants hold, and the cluster
 * settles.
 *
 * <p>In the run snapshots are taken, one member is cut off until it needs one, and a member is added.
 */
public final class ClusterCrashes {

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    /** One with few entries kept behind a snapshot, so that the member that is cut off gets one. */
    private static final long SEED = 97;

    private static final int MEMBERS = 3;
    private static final int CLIENTS = 3;
    private static final int OPERATIONS_PER_SECOND = 150;
    private static final long FAULT_NANOS = 6_000 * MILLI;
    private static final long DOWN_NANOS = 300 * MILLI;
    private static final List<CrashKind> KINDS = List.of(CrashKind.PROCESS, CrashKind.POWER_LOSS);

    /**
     * How it went.
     *
     * @param operations of all disks in the run without a crash
     * @param runs with a crash
     * @param failures the first violation of each run that had one
     */
    public record Summary(long operations, long runs, List<String> failures) {

        public Summary {
            failures = List.copyOf(failures);
        }
    }

    /** What happens in the run without a crash. */
    record Course(
            Map<MemberId, Integer> operations, Set<MemberId> snapshotsTaken, Set<MemberId> installed, int members) {}

    private ClusterCrashes() {}

    /**
     * Runs them.
     *
     * @param first the first operation, from 0, at which a member crashes; every {@code step}-th follows
     * @param progress told after each run
     */
    public static Summary run(int first, int step, Consumer<Summary> progress) {
        List<String> failures = new ArrayList<>();
        Course course = course();
        long operations =
                course.operations.values().stream().mapToLong(count -> count).sum();
        long runs = 0;
        for (Map.Entry<MemberId, Integer> member : course.operations.entrySet()) {
            for (int operation = first; operation < member.getValue(); operation += step) {
                for (CrashKind kind : KINDS) {
                    RunResult result = new SimulatedRun(plan(
                                    new Fault.CrashAtDiskOperation(0, member.getKey(), operation, kind, DOWN_NANOS)))
                            .run();
                    runs++;
                    long number = operation;
                    result.violation()
                            .ifPresent(violation -> failures.add("member " + member.getKey() + ", " + kind
                                    + " at operation " + number + ": " + violation.getMessage()));
                    progress.accept(new Summary(operations, runs, failures));
                }
            }
        }
        return new Summary(operations, runs, failures);
    }

    private static RunPlan plan(Fault... crash) {
        List<Fault> faults = new ArrayList<>(List.of(crash));
        List<MemberId> thirdFirst = List.of(new MemberId(3), new MemberId(1), new MemberId(2));
        faults.add(new Fault.Partition(
                2_000 * MILLI, PartitionShape.ISOLATED, thirdFirst, LinkFaults.Cut.NOTICED, 2_000 * MILLI));
        for (long member = 1; member <= MEMBERS; member++) {
            faults.add(new Fault.Snapshot((3_700 + member) * MILLI, new MemberId(member)));
        }
        faults.add(new Fault.ChangeMembers(4_500 * MILLI, MembershipChange.ADD_LEARNER));
        faults.add(new Fault.ChangeMembers(5_000 * MILLI, MembershipChange.PROMOTE));
        return new RunPlan(SEED, MEMBERS, FAULT_NANOS, faults, CLIENTS, OPERATIONS_PER_SECOND);
    }

    /** The run without a crash. */
    static Course course() {
        Map<MemberId, Integer> operations = new TreeMap<>();
        Set<MemberId> taken = new TreeSet<>();
        Set<MemberId> installed = new TreeSet<>();
        Set<MemberId> members = new TreeSet<>();
        SimulatedRun run = new SimulatedRun(plan());
        run.watch(new RunObserver() {
            @Override
            public void settled(SimulatedMember member) {
                if (run.agenda().now() < FAULT_NANOS && member.id().value() <= MEMBERS) {
                    operations.put(member.id(), (int) member.disk().operations());
                }
            }

            @Override
            public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
                members.add(member.id());
                if (event instanceof Event.SnapshotTaken) {
                    taken.add(member.id());
                } else if (event instanceof Event.SnapshotInstalled) {
                    installed.add(member.id());
                }
            }
        });
        RunResult result = run.run();
        if (result.violation().isPresent()) {
            throw result.violation().get();
        }
        return new Course(operations, taken, installed, members.size());
    }
}
