package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.engine.transport.StorageIds;
import io.quorate.simulator.disk.DiskFaults;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A member whose disk is full when it is to put on record that it may take part (seed 6285). */
class FullAtAdmissionTest {

    private static final long SECOND = 1_000_000_000;

    private final Agenda agenda = new Agenda();
    private final Cluster cluster = new Cluster(
            3,
            MemberSettings.draw(new SplittableRandom(1)).withHandshakes(),
            agenda,
            new SplittableRandom(2),
            new RunObserver() {});

    @Test
    void itTakesPartOnceThereIsRoom() {
        cluster.members().forEach(SimulatedMember::start);
        SimulatedMember member = cluster.members().iterator().next();
        member.setDiskFaults(DiskFaults.full(DiskFaults.Full.EVERYTHING));
        agenda.runUntil(5 * SECOND);
        assertThat(member.isRunning()).isTrue();
        assertThat(member.storages().filter(StorageIds::isAdmitted)).isEmpty();

        member.setDiskFaults(DiskFaults.NONE);
        agenda.runUntil(10 * SECOND);
        assertThat(member.storages().filter(StorageIds::isAdmitted)).isPresent();
        assertThat(cluster.leader().orElseThrow().node().orElseThrow().status().followers())
                .allMatch(follower -> follower.recentlyActive());
    }
}
