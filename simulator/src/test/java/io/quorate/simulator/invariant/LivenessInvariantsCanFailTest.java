package io.quorate.simulator.invariant;

import static io.quorate.simulator.invariant.Seen.assertViolated;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.quorate.engine.detection.Detection;
import io.quorate.engine.detection.DetectionKind;
import io.quorate.engine.disk.DiskFile;
import io.quorate.simulator.CrashKind;
import io.quorate.simulator.StillCluster;
import io.quorate.simulator.disk.DiskFaults;
import io.quorate.simulator.disk.SimulatedDisk;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the invariants of staying up let pass, and what they do not. */
class LivenessInvariantsCanFailTest {

    private static final DiskFaults BROKEN = new DiskFaults(0, 0, 0, 0, 1, DiskFaults.Full.NOTHING, 0, 0);

    private final StillCluster still = new StillCluster(3);
    private long now;

    private static Throwable diskFault() throws IOException {
        SimulatedDisk disk = SimulatedDisk.ofSeed(1);
        DiskFile file = disk.create("file");
        disk.setFaults(BROKEN);
        return catchThrowable(file::sync);
    }

    @Test
    void aNodeMayStopForItsDiskAlone() throws IOException {
        NoNodeBreaksDown invariant = new NoNodeBreaksDown();
        invariant.stopped(still.member(1), new IllegalStateException("the log failed", diskFault()));
        assertViolated(() -> invariant.stopped(still.member(1), new IllegalStateException("a bug")));
    }

    /** A full disk loses nothing, so a node that runs waits; one that cannot even open its log may refuse to start. */
    @Test
    void aFullDiskStopsNobodyWhoRuns() {
        NoNodeBreaksDown invariant = new NoNodeBreaksDown();
        SimulatedDisk disk = SimulatedDisk.ofSeed(1);
        disk.setFaults(DiskFaults.full(DiskFaults.Full.EVERYTHING));
        Throwable full = new IllegalStateException(catchThrowable(() -> disk.create("file")));
        assertViolated(() -> invariant.stopped(still.member(1), full));
        still.member(2).crash(CrashKind.PROCESS);
        invariant.stopped(still.member(2), full);
    }

    @Test
    void whoseDiskGaveBackSomethingElseMayStopAndSaySo() {
        NoNodeBreaksDown invariant = new NoNodeBreaksDown();
        Throwable damage = new IOException("the checksum differs");
        assertViolated(() -> invariant.stopped(still.member(1), damage));
        still.mislead(1);
        invariant.stopped(still.member(1), damage);
        assertViolated(() -> invariant.stopped(still.member(1), new IllegalStateException("a bug")));
    }

    @Test
    void nobodyIsSuspectedWhoHasNotLostWhatItsDiskWasToKeep() {
        NoDetectionWithoutATraitor invariant = new NoDetectionWithoutATraitor(still.cluster());
        Detection detection =
                Detection.ofMember(DetectionKind.TWO_LEADERS, still.member(2).id(), "leads as well");
        assertViolated(() -> invariant.detected(still.member(1), detection));
        still.mislead(2);
        invariant.detected(still.member(1), detection);
        assertViolated(() -> invariant.detected(
                still.member(1),
                Detection.ofMember(DetectionKind.TWO_LEADERS, still.member(3).id(), "leads as well")));
        still.wipe(1);
        invariant.detected(
                still.member(1),
                Detection.ofMember(DetectionKind.TWO_LEADERS, still.member(3).id(), "leads as well"));
    }

    @Test
    void nobodyIsDisownedWhoHasNotLostItsDisk() {
        NoNodeBreaksDown invariant = new NoNodeBreaksDown();
        assertViolated(() -> invariant.disowned(still.member(1)));
        still.restart(1, CrashKind.PROCESS);
        assertViolated(() -> invariant.disowned(still.member(1)));
        still.wipe(1);
        invariant.disowned(still.member(1));
    }

    @Test
    void aMemberWithASoundDiskDoesNotStopAgainAndAgain() throws IOException {
        NoCrashLoop invariant = new NoCrashLoop();
        Throwable cause = diskFault();
        for (int i = 0; i < 2; i++) {
            invariant.stopped(still.member(1), cause);
            invariant.stopped(still.member(1), cause);
            invariant.applied(still.member(1), List.of(), List.of(), 1);
        }
        invariant.stopped(still.member(1), cause);
        invariant.stopped(still.member(1), cause);
        assertViolated(() -> invariant.stopped(still.member(1), cause));
    }

    @Test
    void aMemberWithABadDiskMayStopAgainAndAgain() throws IOException {
        NoCrashLoop invariant = new NoCrashLoop();
        Throwable cause = diskFault();
        still.member(1).disk().setFaults(BROKEN);
        for (int i = 0; i < 10; i++) {
            invariant.stopped(still.member(1), cause);
        }
        still.member(1).disk().setFaults(DiskFaults.NONE);
        invariant.stopped(still.member(1), cause);
    }

    @Test
    void somebodyMustLeadTenElectionTimeoutsAfterEverythingWasMended() {
        LeaderAfterMending invariant = new LeaderAfterMending(still.cluster(), () -> now);
        now = 100 * still.cluster().electionTimeoutNanos();
        invariant.settled(still.member(1));
        invariant.mended();
        now += 10 * still.cluster().electionTimeoutNanos();
        invariant.settled(still.member(1));
        now++;
        assertViolated(() -> invariant.settled(still.member(1)));
    }
}
