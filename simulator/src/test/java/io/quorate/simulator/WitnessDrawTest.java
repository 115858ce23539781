package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.fault.Fault;
import io.quorate.simulator.fault.Management;
import io.quorate.simulator.fault.MembershipChange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Which runs have a witness, and what may go wrong in them. */
class WitnessDrawTest {

    private static final long SEEDS = 2_000;

    private static boolean hasWitness(RunPlan plan) {
        return !WitnessDraw.beginning(plan).witnesses().isEmpty();
    }

    private static boolean isRotten(Fault fault) {
        return fault instanceof Fault.BitRot
                || fault instanceof Fault.MisdirectedWrite
                || fault instanceof Fault.MisdirectedReads;
    }

    private static boolean isForGood(Fault fault) {
        return (fault instanceof Fault.ChangeMembers change && change.change() == MembershipChange.REPLACE)
                || does(fault, Management.REPLACE_DEAD)
                || does(fault, Management.WIPE);
    }

    private static boolean does(Fault fault, Management operation) {
        return fault instanceof Fault.Manage manage && manage.operation() == operation;
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
            assertThat(plan.faults()).noneMatch(WitnessDrawTest::isForGood);
        });
        assertThat(twoAndOne)
                .as("everything else goes wrong there")
                .anyMatch(plan -> plan.faults().stream().anyMatch(Fault.CrashLeader.class::isInstance))
                .anyMatch(plan -> plan.faults().stream().anyMatch(Fault.BadDisk.class::isInstance))
                .anyMatch(plan -> plan.faults().stream().anyMatch(Fault.Partition.class::isInstance))
                .anyMatch(plan -> plan.faults().stream().anyMatch(Fault.ChangeMembers.class::isInstance))
                .anyMatch(plan -> plan.faults().stream().anyMatch(Fault.LoseEnd.class::isInstance))
                .anyMatch(RunPlan::isManaged)
                .anyMatch(RunPlan::quorumFirst);
    }

    @Test
    void someManagedRunsHaveWitnessesThatComeAndGo() {
        List<RunPlan> managed = LongStream.range(0, SEEDS)
                .mapToObj(RunPlan::draw)
                .filter(RunPlan::isManaged)
                .toList();
        List<RunPlan> beginning =
                managed.stream().filter(WitnessDrawTest::hasWitness).toList();
        List<RunPlan> changing = managed.stream()
                .filter(plan -> plan.faults().stream().anyMatch(fault -> does(fault, Management.ADD_WITNESS)))
                .toList();
        assertThat(beginning).hasSizeBetween(managed.size() / 8, managed.size() / 3);
        assertThat(beginning.stream().map(RunPlan::members)).contains(3, 5, 7);
        assertThat(changing).anyMatch(plan -> !hasWitness(plan)).anyMatch(WitnessDrawTest::hasWitness);
        assertThat(beginning)
                .as("with five and more a voter goes for good")
                .anyMatch(plan -> plan.faults().stream().anyMatch(fault -> does(fault, Management.WIPE)));
        assertThat(managed)
                .filteredOn(plan -> !hasWitness(plan) && !changing.contains(plan))
                .as("most are what they were")
                .hasSizeGreaterThan(managed.size() / 2);
    }

    /** Of five one with data may be gone for good: three are left then that elect without the witness. */
    @Test
    void besideAWitnessEnoughMayLead() {
        Configuration five = WitnessDraw.of(5, 1);
        assertThat(WitnessDraw.isSurvivable(five, five)).isTrue();
        assertThat(WitnessDraw.isSurvivable(five.without(new MemberId(5)), five))
                .isTrue();
        assertThat(WitnessDraw.isSurvivable(five.without(new MemberId(1)), five))
                .isFalse();
        assertThat(WitnessDraw.isSurvivable(five.withPriority(new MemberId(1), 0), five))
                .isFalse();
        assertThat(WitnessDraw.isSurvivable(WitnessDraw.of(5, 2), five)).isFalse();
        assertThat(WitnessDraw.isSurvivable(WitnessDraw.of(7, 2), five)).isTrue();

        Configuration three = WitnessDraw.of(3, 1);
        assertThat(WitnessDraw.isSurvivable(three, three)).isTrue();
        assertThat(WitnessDraw.isSurvivable(WitnessDraw.of(4, 2), three)).isTrue();
        assertThat(WitnessDraw.isSurvivable(three.without(new MemberId(1)), three))
                .isFalse();
        assertThat(WitnessDraw.isSurvivable(three.withPriority(new MemberId(1), 0), three))
                .isFalse();
    }
}
