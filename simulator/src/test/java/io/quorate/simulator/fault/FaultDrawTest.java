package io.quorate.simulator.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.disk.DiskFaults;
import io.quorate.simulator.disk.RotTarget;
import io.quorate.simulator.network.LinkFaults;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Seeds bring every kind of fault, alone and together, and each as a part of the plan that can be left out. */
class FaultDrawTest {

    private static final long UNTIL = 15_000_000_000L;
    private static final int SEEDS = 400;
    private static final List<MemberId> MEMBERS =
            LongStream.rangeClosed(1, 5).mapToObj(MemberId::new).toList();

    private static List<Fault> draw(long seed) {
        return new FaultDraw(new SplittableRandom(seed), MEMBERS, UNTIL).draw(12);
    }

    @Test
    void everyKindOfFaultIsDrawn() {
        Set<Class<?>> kinds = new HashSet<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            draw(seed).forEach(fault -> kinds.add(fault.getClass()));
        }
        kinds.add(Fault.Manage.class); // which ManagementDraw draws
        kinds.add(Fault.LoseEnd.class); // which is drawn where there are witnesses
        assertThat(kinds).containsExactlyInAnyOrder(Fault.class.getPermittedSubclasses());
    }

    @Test
    void everyWayToBeBadIsDrawn() {
        Set<RotTarget> rotten = EnumSet.noneOf(RotTarget.class);
        Set<MembershipChange> changes = EnumSet.noneOf(MembershipChange.class);
        Set<PartitionShape> shapes = EnumSet.noneOf(PartitionShape.class);
        Set<Fault.Interruption> interruptions = EnumSet.noneOf(Fault.Interruption.class);
        Set<DiskFaults.Full> full = EnumSet.noneOf(DiskFaults.Full.class);
        Set<LinkFaults> links = new HashSet<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            for (Fault fault : draw(seed)) {
                if (fault instanceof Fault.BitRot rot) {
                    rotten.add(rot.target());
                } else if (fault instanceof Fault.ChangeMembers change) {
                    changes.add(change.change());
                } else if (fault instanceof Fault.Partition partition) {
                    shapes.add(partition.shape());
                } else if (fault instanceof Fault.InterruptSnapshot interruption) {
                    interruptions.add(interruption.how());
                } else if (fault instanceof Fault.BadDisk disk) {
                    full.add(disk.faults().full());
                } else if (fault instanceof Fault.BadLink link) {
                    links.add(link.faults());
                }
            }
        }
        assertThat(rotten).containsExactly(RotTarget.values());
        assertThat(changes).containsExactly(MembershipChange.values());
        assertThat(shapes).containsExactly(PartitionShape.values());
        assertThat(interruptions).containsExactly(Fault.Interruption.values());
        assertThat(full).containsExactly(DiskFaults.Full.values());
        assertThat(links)
                .contains(LinkFaults.HALF_OPEN, LinkFaults.CUT, LinkFaults.clog())
                .anyMatch(link -> link.bytesPerSecond() > 0)
                .anyMatch(link -> link.loss() > 0 && link.replay() > 0);
    }

    @Test
    void onlyOneMemberLosesWhatItsDiskHeld() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Set<MemberId> damaged = new HashSet<>();
            for (Fault fault : draw(seed)) {
                if (fault instanceof Fault.BitRot rot) {
                    damaged.add(rot.member());
                } else if (fault instanceof Fault.MisdirectedReads reads) {
                    damaged.add(reads.member());
                } else if (fault instanceof Fault.MisdirectedWrite write) {
                    damaged.add(write.member());
                }
            }
            assertThat(damaged).hasSizeLessThanOrEqualTo(1);
        }
    }

    @Test
    void theSameSeedDrawsTheSame() {
        assertThat(draw(7)).isEqualTo(draw(7)).isNotEqualTo(draw(8));
    }
}
