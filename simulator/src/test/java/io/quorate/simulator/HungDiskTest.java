package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.Abstention;
import io.quorate.core.CoreStatus;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftNode;
import io.quorate.kv.Result;
import io.quorate.simulator.disk.DiskFaults;
import io.quorate.simulator.disk.DiskFaults.Full;
import io.quorate.simulator.invariant.Invariants;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Corner case 9, with the production code of the whole node: a disk that never completes a sync any more, and a sound network. */
class HungDiskTest {

    private static final long SECOND = 1_000_000_000;
    private static final DiskFaults HUNG = new DiskFaults(0, 0, 0, 0, 0, Full.NOTHING, 1, 3_600 * SECOND);

    private final Agenda agenda = new Agenda();
    private final Watchers watchers = new Watchers();
    private final Cluster cluster =
            new Cluster(3, MemberSettings.draw(new SplittableRandom(1)), agenda, new SplittableRandom(2), watchers);

    HungDiskTest() {
        Invariants.all(cluster, agenda::now, Optional.empty()).forEach(watchers::add);
        cluster.members().forEach(SimulatedMember::start);
        run(5 * SECOND);
    }

    private void run(long nanos) {
        agenda.runUntil(agenda.now() + nanos);
        assertThat(watchers.violation()).isEmpty();
    }

    private SimulatedMember leader() {
        return cluster.leader().orElseThrow();
    }

    private static CoreStatus status(SimulatedMember member) {
        return member.node().map(RaftNode::status).orElseThrow();
    }

    /** Any command will do; garbage is refused when it is applied, everywhere alike. */
    private static CompletableFuture<Result> propose(SimulatedMember member) {
        return member.propose(new byte[1]);
    }

    /** Time passes inside of the sync that hangs, so what is to happen meanwhile has to be put down before. */
    private void after(long nanos, Runnable step) {
        agenda.after(nanos, step);
    }

    @Test
    void cornerCase09_aLeaderWhoseDiskHangsIsReplacedAndLeadsNobodyUntilItsDiskMoves() {
        SimulatedMember hung = leader();
        List<MemberId> leaders = new ArrayList<>();
        List<CompletableFuture<Result>> proposed = new ArrayList<>();
        List<CoreStatus> seen = new ArrayList<>();
        hung.setDiskFaults(HUNG);
        var unused = propose(hung);
        after(3 * cluster.electionTimeoutNanos(), () -> {
            leaders.add(leader().id());
            proposed.add(propose(leader()));
        });
        after(5 * SECOND, () -> {
            seen.add(status(hung));
            leader().crash(CrashKind.PROCESS);
        });
        // The only one left that could win gets no vote that is durable.
        after(25 * SECOND, () -> {
            seen.add(status(hung));
            cluster.leader().map(SimulatedMember::id).ifPresent(leaders::add);
            hung.setDiskFaults(DiskFaults.NONE);
            hung.crash(CrashKind.POWER_LOSS);
            hung.start();
        });
        run(30 * SECOND);

        assertThat(leaders).hasSize(1).doesNotContain(hung.id());
        assertThat(proposed.getFirst()).isCompleted();
        assertThat(seen).extracting(CoreStatus::abstention).containsOnly(Optional.of(Abstention.DISK_HANGS));
        assertThat(seen.getLast().term())
                .as("nobody campaigns again and again")
                .isLessThanOrEqualTo(seen.getFirst().term() + 2);
        CompletableFuture<Result> last = propose(leader());
        run(SECOND);
        assertThat(last).isCompleted();
    }

    @Test
    void cornerCase09_aFollowerWhoseDiskHangsDisturbsNobodyAndDoesNotCampaign() {
        SimulatedMember leader = leader();
        SimulatedMember hung = cluster.members().stream()
                .filter(member -> member != leader)
                .findFirst()
                .orElseThrow();
        List<CompletableFuture<Result>> proposed = new ArrayList<>();
        List<CoreStatus> seen = new ArrayList<>();
        hung.setDiskFaults(HUNG);
        long term = status(leader).term();
        for (int second = 0; second < 10; second++) {
            after(second * SECOND, () -> proposed.add(propose(leader)));
        }
        after(11 * SECOND, () -> {
            seen.add(status(leader));
            leader.crash(CrashKind.PROCESS);
        });
        after(30 * SECOND, () -> {
            seen.add(status(hung));
            leader.start();
        });
        after(35 * SECOND, () -> {
            seen.add(status(leader()));
            hung.setDiskFaults(DiskFaults.NONE);
            hung.crash(CrashKind.POWER_LOSS);
            hung.start();
        });
        run(40 * SECOND);

        assertThat(proposed).hasSize(10).allMatch(CompletableFuture::isDone);
        assertThat(seen.get(0).term()).isEqualTo(term);
        assertThat(seen.get(1).term()).as("it campaigns no more").isLessThanOrEqualTo(term + 2);
        assertThat(seen.get(2).self()).as("the other two elect one of them").isNotEqualTo(hung.id());
        CompletableFuture<Result> last = propose(leader());
        run(SECOND);
        assertThat(last).isCompleted();
    }
}
