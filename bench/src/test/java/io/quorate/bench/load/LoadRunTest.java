package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Repetitions on what only looks like a member. */
@Timeout(60)
class LoadRunTest {

    private static final LoadRun.Progress NOBODY = new LoadRun.Progress() {

        @Override
        public void warmingUp(Target target, int repetition) {}

        @Override
        public void measured(Target target, int repetition, Second second) {}
    };

    private final FakeMember member;

    LoadRunTest() throws IOException {
        member = FakeMember.start();
    }

    @AfterEach
    void stop() {
        member.close();
    }

    private LoadRun open(Workload workload, Duration duration, Optional<Target.Login> login) throws LoadException {
        LoadPlan plan = new LoadPlan(
                workload,
                1,
                1,
                new LoadPlan.Pace(duration, Duration.ZERO, 1, Optional.empty()),
                new LoadPlan.Data(10, 32, 64),
                0,
                1,
                Duration.ofSeconds(5),
                false);
        return LoadRun.open(new Target("a", List.of(member.endpoint()), login), plan, new Keyspace(1, plan.data()));
    }

    @Test
    void aLeaseThatIsGoneDoesNotKeepTheOthersFromBeingRevoked() throws LoadException {
        member.hasNot(1, 2, 3);
        Target target = new Target("a", List.of(member.endpoint()), Optional.empty());

        try (Connections connections = Connections.open(target, 1, Duration.ofSeconds(5))) {
            assertThat(new Upkeep(connections.of(0), Duration.ofSeconds(5)).revoke(Set.of(1L, 2L, 3L, 4L)))
                    .isEmpty();
        }
        assertThat(member.revoked()).containsExactlyInAnyOrder(1L, 2L, 3L, 4L);
    }

    @Test
    void whoeverIsToRemoveTheKeysIsToldWhereTheyAre() throws LoadException {
        member.refuseRemovals(Status.PERMISSION_DENIED.withDescription("etcdserver: permission denied"));

        try (LoadRun run = open(Workload.PUT, Duration.ofMillis(100), Optional.empty())) {
            assertThat(run.cleanUp().orElseThrow())
                    .contains("refused: etcdserver: permission denied")
                    .endsWith("quorate del --prefix bench/00000001/ --endpoints " + member.endpoint());
        }
    }

    @Test
    void eachRepetitionAndTheCleanUpLogInAnew() throws LoadException {
        Optional<Target.Login> login = Optional.of(new Target.Login("root", "secret"));

        try (LoadRun run = open(Workload.PUT, Duration.ofMillis(100), login)) {
            run.repeat(1, NOBODY, () -> false);
            run.repeat(2, NOBODY, () -> false);
            int logins = member.logins();

            assertThat(logins).isEqualTo(3);
            assertThat(run.cleanUp()).isEmpty();
            assertThat(member.removals()).containsExactly("4");
        }
    }

    @Test
    void whatIsMeasuredBeginsWhenTheWatchersAreThere() throws LoadException {
        Duration duration = Duration.ofMillis(500);
        member.createWatchersOn(
                CompletableFuture.delayedExecutor(duration.plusMillis(100).toMillis(), TimeUnit.MILLISECONDS));

        try (LoadRun run = open(Workload.WATCH, duration, Optional.empty())) {
            Repetition repetition = run.repeat(1, NOBODY, () -> false);

            assertThat(repetition.all().completed()).isPositive();
            assertThat(repetition.failed()).isZero();
            assertThat(repetition.tallies())
                    .filteredOn(Tally::event)
                    .isNotEmpty()
                    .allSatisfy(events -> assertThat(events.completed()).isPositive());
        }
    }
}
