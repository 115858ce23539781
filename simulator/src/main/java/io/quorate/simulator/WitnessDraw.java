package io.quorate.simulator;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.fault.Fault;
import io.quorate.simulator.fault.Management;
import io.quorate.simulator.fault.ManagementDraw;
import io.quorate.simulator.fault.MembershipChange;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Draws which runs have a witness among their members, and what happens to it. With so many members that a data member may be lost for good the others elect without
 * the witness, which may be the only one to have an entry then, of which it knows no more than the name. And two members with data and a
 * witness, where no disk is lost, nor anything that it held: with that the cluster may be left without a leader for good, and is to survive
 * everything else.
 */
final class WitnessDraw {

    /** A quorum of this many voters without the witness and one more. */
    static final int LEAST_VOTERS = 5;

    /** Two with data, and a witness. */
    private static final int FEWEST = 3;

    /** A stream of its own: what else a seed draws does not depend on it. */
    private static final long STREAM = 0x3c79ac492ba7b653L;

    private static final int ONE_OF = 4;

    private static final int MAX_LOST_ENDS = 2;

    /** Half of the least segment. */
    private static final int MAX_SECTORS = 16;

    private WitnessDraw() {}

    /** The configuration that a run begins with: as many members, of whom the last may be a witness. */
    static Configuration beginning(RunPlan plan) {
        boolean witness = isDrawn(plan.seed())
                && (plan.members() >= LEAST_VOTERS
                        || (isOfTwoAndOne(plan) && withoutLosses(plan).equals(plan.faults())));
        return of(plan.members(), witness ? 1 : 0);
    }

    private static boolean isDrawn(long seed) {
        return new SplittableRandom(seed * STREAM).nextInt(ONE_OF) == 0;
    }

    private static boolean isOfTwoAndOne(RunPlan plan) {
        return plan.members() == FEWEST;
    }

    /**
     * The plan as it was drawn, and what happens to witnesses, if it has some; without what two and a witness need not survive, if it
     * is such a run.
     */
    static RunPlan withWitnesses(RunPlan drawn) {
        if (!isDrawn(drawn.seed())) {
            return drawn;
        }
        RunPlan survivable = isOfTwoAndOne(drawn) ? drawn.withFaults(withoutLosses(drawn)) : drawn;
        SplittableRandom random = new SplittableRandom(~drawn.seed() * STREAM);
        List<Fault> further = new ArrayList<>();
        if (random.nextBoolean()) {
            further.addAll(lostEnds(random, drawn.faultNanos()));
        }
        if (drawn.isManaged()) {
            further.addAll(ManagementDraw.ofWitnesses(random, drawn.faultNanos()));
        }
        boolean some = drawn.isManaged() || !beginning(survivable).witnesses().isEmpty();
        return some ? survivable.withFaults(ManagementDraw.together(survivable.faults(), further)) : survivable;
    }

    private static List<Fault> lostEnds(SplittableRandom random, long untilNanos) {
        List<Fault> drawn = new ArrayList<>();
        int count = 1 + random.nextInt(MAX_LOST_ENDS);
        for (int i = 0; i < count; i++) {
            drawn.add(new Fault.LoseEnd(random.nextLong(untilNanos), 1 + random.nextInt(MAX_SECTORS)));
        }
        return drawn;
    }

    private static List<Fault> withoutLosses(RunPlan plan) {
        return plan.faults().stream().filter(fault -> !losesWhatItHeld(fault)).toList();
    }

    private static boolean losesWhatItHeld(Fault fault) {
        return switch (fault) {
            case Fault.BitRot rot -> true;
            case Fault.MisdirectedWrite write -> true;
            case Fault.MisdirectedReads reads -> true;
            case Fault.ChangeMembers change -> change.change() == MembershipChange.REPLACE;
            case Fault.Manage manage ->
                manage.operation() == Management.REPLACE_DEAD || manage.operation() == Management.WIPE;
            case Fault.Crash crash -> crash.kind() == CrashKind.DISK_LOSS;
            case Fault.CrashAtDiskOperation crash -> crash.kind() == CrashKind.DISK_LOSS;
            case Fault.CrashLeader crash -> crash.kind() == CrashKind.DISK_LOSS;
            case Fault.Pause pause -> false;
            case Fault.ClockJump jump -> false;
            case Fault.ClockDrift drift -> false;
            case Fault.Partition partition -> false;
            case Fault.CutOffLeader cut -> false;
            case Fault.DeafenLeader deafen -> false;
            case Fault.BadNetwork network -> false;
            case Fault.BadLinks links -> false;
            case Fault.BadLink link -> false;
            case Fault.InterruptSnapshot interruption -> false;
            case Fault.BadDisk disk -> false;
            case Fault.OldFiles files -> false;
            case Fault.LoseEnd loss -> false;
            case Fault.Transfer transfer -> false;
            case Fault.Snapshot snapshot -> false;
        };
    }

    /** Voters 1 to {@code members}, the last of whom are witnesses. */
    static Configuration of(int members, int witnesses) {
        TreeSet<MemberId> ids = new TreeSet<>();
        for (int i = 1; i <= members; i++) {
            ids.add(new MemberId(i));
        }
        return Configuration.of(ids).withWitnesses(ids.tailSet(new MemberId(members - witnesses + 1L)));
    }

    /**
     * Whether whoever manages a run may make the members these. Beside a witness so many have to be able to lead that they are a quorum
     * though one of them be lost for good; where nothing is, two of them will do.
     */
    static boolean isSurvivable(Configuration target, Configuration beginning) {
        if (target.voters().stream().noneMatch(target::isWitness)) {
            return true;
        }
        long leading =
                target.voters().stream().filter(id -> target.priority(id) > 0).count();
        boolean losesNothing =
                beginning.voters().size() == FEWEST && !beginning.witnesses().isEmpty();
        return losesNothing ? leading >= 2 : leading - 1 >= target.voters().size() / 2 + 1;
    }

    /** Whether a configuration would have enough voters without one of them. */
    static boolean mayLoseOne(Configuration present, int leastVoters) {
        return present.voters().size() > (present.witnesses().isEmpty() ? leastVoters : LEAST_VOTERS);
    }
}
