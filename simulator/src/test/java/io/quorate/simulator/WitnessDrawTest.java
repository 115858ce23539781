package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.fault.Fault;
import io.quorate.simulator.fault.MembershipChange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which runs have a witness, and what may go wrong in them. */
class WitnessDrawTest {

    private static final long SEEDS = 2_000;

    private static boolean hasWitness(RunPlan plan) {
        return !plan.isManaged() && !WitnessDraw.beginning(plan).witnesses().isEmpty();
    }

    private static boolean isRotten(Fault fault) {
        return fault instanceof Fault.BitRot
                || fault instanceof Fault.MisdirectedWrite
                || fault instanceof Fault.MisdirectedReads;
    }

    @Test
    void twoWithDataAndAWitnessAreDrawnAndLoseNothingThatADiskHeld() {
        List<RunPlan> twoAndOne = new ArrayList<>();
        Set<Integer> sizes = new HashSet<>();
        boolean othersRot = false;
        for (long seed = 0; seed < SEEDS; seed++) {
            RunPlan plan = RunPlan.draw(seed);
            if (hasWitness(plan)) {
                sizes.add(plan.members());
            }
            if (plan.members() == 3 && hasWitness(plan)) {
                twoAndOne.add(plan);
            } else if (plan.members() == 3) {
                othersRot |= plan.faults().stream().anyMatch(WitnessDrawTest::isRotten);
            }
        }
        assertThat(sizes).containsExactlyInAnyOrder(3, 5, 7);
        assertThat(othersRot).as("three with data lose what a disk held").isTrue();
        assertThat(twoAndOne).hasSizeGreaterThan(100).allSatisfy(plan -> {
            Configuration beginning = WitnessDraw.beginning(plan);
            assertThat(beginning.witnesses()).containsExactly(new MemberId(3));
            assertThat(plan.faults()).noneMatch(WitnessDrawTest::isRotten);
            assertThat(plan.faults())
                    .noneMatch(fault ->
                            fault instanceof Fault.ChangeMembers change && change.change() == MembershipChange.REPLACE);
        });
        assertThat(twoAndOne)
                .as("everything else goes wrong there")
                .anyMatch(plan -> plan.faults().stream().anyMatch(Fault.CrashLeader.class::isInstance))
                .anyMatch(plan -> plan.faults().stream().anyMatch(Fault.BadDisk.class::isInstance))
                .anyMatch(plan -> plan.faults().stream().anyMatch(Fault.Partition.class::isInstance))
                .anyMatch(plan -> plan.faults().stream().anyMatch(Fault.ChangeMembers.class::isInstance))
                .anyMatch(RunPlan::quorumFirst);
    }
}
