package io.quorate.simulator.fault;

import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.CrashKind;
import io.quorate.simulator.disk.DiskFaults;
import io.quorate.simulator.network.LinkFaults;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Draws what goes wrong in a run. A seed favours some kinds of fault, so that they meet alone and in all combinations. */
public final class FaultDraw {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    /** Changes of members are drawn more often than other faults: a run sees several kinds of them, and their order counts. */
    private static final int CHANGE_ONE_IN = 6;

    /** The kinds that are drawn, each with equal weight where a run has it at all. */
    private enum Kind {
        CRASH,
        DISK_CRASH,
        PAUSE,
        CLOCK,
        PARTITION,
        LEADER,
        BAD_NETWORK,
        BAD_LINKS,
        TRANSFER,
        SNAPSHOT,
        BAD_DISK,
        BIT_ROT,
        MEMBERS
    }

    private final SplittableRandom random;
    private final List<MemberId> members;
    private final long untilNanos;

    /** The one whose disk loses what it held: of what was committed, good copies must be left elsewhere. */
    private final MemberId rotting;

    /** @param untilNanos when the last fault must have begun; none lasts longer than that either */
    public FaultDraw(SplittableRandom random, List<MemberId> members, long untilNanos) {
        this.random = random;
        this.members = List.copyOf(members);
        this.untilNanos = untilNanos;
        this.rotting = this.members.get(random.nextInt(this.members.size()));
    }

    /** A plan, in the order of time. */
    public List<Fault> draw(int count) {
        List<Kind> kinds = new ArrayList<>(List.of(Kind.values()));
        kinds.removeIf(kind -> random.nextInt(3) == 0);
        if (kinds.isEmpty()) {
            return List.of();
        }
        List<Fault> faults = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean changes = kinds.contains(Kind.MEMBERS) && random.nextInt(CHANGE_ONE_IN) == 0;
            Kind kind = changes ? Kind.MEMBERS : kinds.get(random.nextInt(kinds.size()));
            Fault fault = draw(kind, random.nextLong(untilNanos));
            faults.add(fault);
            if (kind == Kind.LEADER) {
                faults.addAll(furtherLeaders(fault.at()));
            }
            if (fault instanceof Fault.ChangeMembers change && random.nextInt(3) == 0) {
                // What is changed by a leader that is cut off is appended, never committed, and truncated at last.
                faults.add(cutOffLeader(Math.max(0, change.at() - random.nextLong(SECOND))));
                faults.add(draw(Kind.MEMBERS, change.at() + random.nextLong(SECOND / 2)));
            }
        }
        faults.sort(Comparator.comparingLong(Fault::at));
        return List.copyOf(faults);
    }

    /** Leaders fail in a row, as in figure 8 of the paper: what one of them has appended, a later one may find or not. */
    private List<Fault> furtherLeaders(long at) {
        List<Fault> further = new ArrayList<>();
        long next = at;
        while (random.nextBoolean()) {
            next += random.nextLong(2 * SECOND);
            if (next < untilNanos) {
                further.add(draw(Kind.LEADER, next));
            }
        }
        return further;
    }

    private Fault draw(Kind kind, long at) {
        return switch (kind) {
            case CRASH -> new Fault.Crash(at, member(), crashKind(), duration(5 * SECOND));
            case DISK_CRASH ->
                new Fault.CrashAtDiskOperation(at, member(), random.nextInt(200), crashKind(), duration(3 * SECOND));
            case PAUSE ->
                new Fault.Pause(
                        at, member(), SECOND / 10 + duration(random.nextInt(8) == 0 ? 30 * SECOND : 3 * SECOND));
            case CLOCK ->
                random.nextBoolean()
                        ? new Fault.ClockJump(at, member(), random.nextLong(-HOUR, HOUR))
                        : new Fault.ClockDrift(at, member(), random.nextDouble(0.9, 1.1), duration(20 * SECOND));
            case PARTITION -> new Fault.Partition(at, shape(), shuffled(), duration(6 * SECOND));
            case LEADER ->
                switch (random.nextInt(4)) {
                    case 0 -> new Fault.CrashLeader(at, crashKind(), duration(5 * SECOND));
                    case 1 ->
                        new Fault.DeafenLeader(
                                at, 1 + random.nextInt(Math.max(1, members.size() / 2)), duration(4 * SECOND));
                    default -> cutOffLeader(at);
                };
            case BAD_NETWORK -> new Fault.BadNetwork(at, linkFaults(), duration(6 * SECOND));
            case BAD_LINKS ->
                new Fault.BadLinks(at, member(), random.nextBoolean(), linkFaults(), duration(6 * SECOND));
            case BAD_DISK -> new Fault.BadDisk(at, member(), diskFaults(), duration(3 * SECOND));
            case BIT_ROT -> new Fault.BitRot(at, rotting, random.nextBoolean() ? "log/segment" : "snapshots/");
            case MEMBERS -> new Fault.ChangeMembers(at, anyOf(MembershipChange.values()));
            case TRANSFER -> new Fault.Transfer(at, member());
            case SNAPSHOT -> new Fault.Snapshot(at, member());
        };
    }

    /** With fewer than half of the members on its side; now and then for less time than it takes to replace it. */
    private Fault cutOffLeader(long at) {
        int companions = random.nextInt(Math.max(1, members.size() / 2));
        return new Fault.CutOffLeader(at, companions, duration(random.nextBoolean() ? 6 * SECOND : SECOND));
    }

    private MemberId member() {
        return members.get(random.nextInt(members.size()));
    }

    private CrashKind crashKind() {
        return random.nextInt(3) == 0 ? CrashKind.PROCESS : CrashKind.POWER_LOSS;
    }

    private PartitionShape shape() {
        return anyOf(PartitionShape.values());
    }

    private <T> T anyOf(T[] all) {
        return all[random.nextInt(all.length)];
    }

    /** One thing or several that a disk does now and then. */
    private DiskFaults diskFaults() {
        return new DiskFaults(
                sometimes(0.02),
                sometimes(0.02),
                sometimes(0.05),
                random.nextInt(4) == 0,
                sometimes(0.5),
                random.nextLong(1, random.nextInt(5) == 0 ? 5 * SECOND : SECOND / 5));
    }

    private long duration(long most) {
        return 1 + random.nextLong(Math.min(most, untilNanos));
    }

    private List<MemberId> shuffled() {
        List<MemberId> order = new ArrayList<>(members);
        Collections.shuffle(order, new Random(random.nextLong()));
        return List.copyOf(order);
    }

    /** Some of what can be wrong with a link, much of it or little. */
    private LinkFaults linkFaults() {
        return new LinkFaults(
                false,
                sometimes(0.3),
                sometimes(0.3),
                sometimes(0.5),
                sometimes(0.5),
                sometimes(0.05),
                sometimes(0.5),
                random.nextInt(3) == 0 ? random.nextLong(1, SECOND) : 0);
    }

    private double sometimes(double most) {
        return random.nextInt(3) == 0 ? random.nextDouble() * most : 0;
    }
}
