package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.engine.transport.StorageIds;
import io.quorate.kv.Result;
import io.quorate.simulator.invariant.Invariants;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Corner case 8, with the production code of the whole node and of what it remembers of storages. */
class WipedVoterTest {

    private static final long SECOND = 1_000_000_000;

    private final Agenda agenda = new Agenda();
    private final Watchers watchers = new Watchers();
    private final Cluster cluster = new Cluster(
            3,
            MemberSettings.draw(new SplittableRandom(1)).withHandshakes(),
            agenda,
            new SplittableRandom(2),
            watchers);

    WipedVoterTest() {
        Invariants.all(cluster, agenda::now, Optional.empty()).forEach(watchers::add);
        cluster.members().forEach(SimulatedMember::start);
        run(5 * SECOND);
    }

    private void run(long nanos) {
        agenda.runUntil(agenda.now() + nanos);
        assertThat(watchers.violation()).isEmpty();
    }

    private CompletableFuture<Result> propose() {
        return cluster.leader().orElseThrow().propose(new byte[1]);
    }

    private void comesBackWithoutItsMemory(SimulatedMember member) {
        member.wipe();
        member.start();
        new Readmission(agenda, cluster, member).ask();
    }

    @Test
    void cornerCase08_aWipedMemberIsKnownAgainAndTakesNoPart() {
        SimulatedMember wiped = cluster.leader().orElseThrow();
        CompletableFuture<Result> before = propose();
        run(SECOND);
        assertThat(before).isCompleted();
        comesBackWithoutItsMemory(wiped);
        run(5 * SECOND);

        assertThat(wiped.isRetired()).as("it was told, and has stopped").isTrue();
        assertThat(wiped.isRunning()).isFalse();
        assertThat(cluster.leader().orElseThrow()).isNotSameAs(wiped);
        CompletableFuture<Result> after = propose();
        run(SECOND);
        assertThat(after).isCompleted();
    }

    @Test
    void cornerCase08_aWipedMemberThatNobodyAnswersWaits() {
        SimulatedMember wiped = cluster.leader().orElseThrow();
        cluster.members().stream().filter(other -> other != wiped).forEach(other -> other.crash(CrashKind.PROCESS));
        comesBackWithoutItsMemory(wiped);
        run(5 * SECOND);
        assertThat(wiped.isRunning()).isTrue();
        assertThat(wiped.storages().filter(StorageIds::isAdmitted)).isEmpty();

        cluster.members().forEach(SimulatedMember::start);
        run(5 * SECOND);
        assertThat(wiped.isRunning()).isFalse();
        assertThat(cluster.leader()).isPresent();
    }
}
