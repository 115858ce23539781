package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.grpc.Status;
import io.quorate.bench.phase.Pages;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
        LoadPlan plan = plan(workload, 1, duration, Duration.ofSeconds(5));
        return LoadRun.open(new Target("a", List.of(member.endpoint()), login), plan, new Keyspace(1, plan.data()));
    }

    private static LoadPlan plan(Workload workload, int connections, Duration duration, Duration timeout) {
        return new LoadPlan(
                workload,
                connections,
                connections,
                new LoadPlan.Pace(duration, Duration.ZERO, 1, Optional.empty()),
                new LoadPlan.Data(10, 32, 64),
                0,
                1,
                timeout,
                false);
    }

    /** Serves pages as members do, after this was done. The member tells that it is there. */
    private HttpServer servePages(Runnable first) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/metrics", call -> {
            first.run();
            byte[] page = Pages.ofLeader(10).getBytes(StandardCharsets.UTF_8);
            call.sendResponseHeaders(200, page.length);
            call.getResponseBody().write(page);
            call.close();
        });
        server.start();
        member.tell(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
        return server;
    }

    @Test
    void requestsAreGivenUpWhileMembersAreAskedForTheirPages() throws Exception {
        AtomicBoolean loading = new AtomicBoolean();
        AtomicInteger puts = new AtomicInteger();
        CompletableFuture<Boolean> secondPut = new CompletableFuture<>();
        HttpServer server = servePages(() -> {
            if (loading.get()) {
                assertThat(secondPut.join()).isTrue();
            }
        });
        LoadPlan plan = plan(Workload.PUT, 1, Duration.ofMillis(500), Duration.ofMillis(100));
        Target target = new Target("a", List.of(member.endpoint()), Optional.empty());
        try (LoadRun run = LoadRun.open(target, plan, new Keyspace(1, plan.data()))) {
            loading.set(true);
            member.beSilent(() -> {
                if (puts.incrementAndGet() == 2) {
                    secondPut.complete(true);
                }
            });

            assertThat(run.repeat(1, NOBODY, () -> false).phases())
                    .as("the page is not there before the first put was given up for a second one")
                    .isPresent();
        } finally {
            server.stop(0);
        }
    }

    @Test
    void ofARunThatIsStoppedNobodyIsAskedForPages() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        HttpServer server = servePages(asked::incrementAndGet);
        try (LoadRun run = open(Workload.PUT, Duration.ofMillis(500), Optional.empty())) {
            int before = asked.get();
            assertThat(before).isPositive();

            assertThat(run.repeat(1, NOBODY, () -> true).phases()).isEmpty();
            assertThat(asked).hasValue(before);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void whereAMemberIsAwayAnotherLogsInAndRemovesTheKeys() throws Exception {
        Optional<Target.Login> login = Optional.of(new Target.Login("root", "secret"));
        LoadPlan plan = plan(Workload.PUT, 2, Duration.ofMillis(500), Duration.ofSeconds(5));
        try (FakeMember other = FakeMember.start();
                LoadRun run = LoadRun.open(
                        new Target("a", List.of(member.endpoint(), other.endpoint()), login),
                        plan,
                        new Keyspace(1, plan.data()))) {
            member.close();

            assertThat(run.repeat(1, NOBODY, () -> false).all().completed()).isPositive();
            assertThat(other.logins()).isEqualTo(1);
            assertThat(run.cleanUp()).isEmpty();
            assertThat(other.removals()).containsExactly("2");
        }
    }

    @Test
    void aRunGoesOnWithItsLoginWhileNobodyAnswers() throws Exception {
        Optional<Target.Login> login = Optional.of(new Target.Login("root", "secret"));
        try (LoadRun run = open(Workload.PUT, Duration.ofMillis(100), login)) {
            member.close();

            assertThat(run.repeat(1, NOBODY, () -> false).all().completed()).isZero();
        }
    }

    @Test
    void whatWatchersAreToldOfAnotherRepetitionsPutsDoesNotCount() throws LoadException {
        Keyspace keyspace = new Keyspace(1, new LoadPlan.Data(10, 32, 64));
        WatchPuts rehearsal = new WatchPuts(keyspace, LoadRun.REHEARSAL);
        member.alsoTellOf(() -> ((PutRequest)
                        rehearsal.next(keyspace.key(0), new SplittableRandom(1)).request())
                .getValue());

        try (LoadRun run = open(Workload.WATCH, Duration.ofMillis(500), Optional.empty())) {
            Repetition repetition = run.repeat(1, NOBODY, () -> false);

            long puts = repetition.all().completed();
            assertThat(puts).isGreaterThan(2);
            assertThat(repetition.tallies())
                    .filteredOn(Tally::event)
                    .isNotEmpty()
                    .allSatisfy(events ->
                            assertThat(events.completed()).isPositive().isLessThanOrEqualTo(puts + 2));
        }
    }

    @Test
    void revokingIsGivenUpAfterAFewFailuresInARowAndNotAfterOne() throws LoadException {
        member.refuseRevocations(Status.UNAVAILABLE.withDescription("etcdserver: leader changed"));
        // Those that are not there come between those that are refused.
        member.hasNot(3, 6, 8);
        Target target = new Target("a", List.of(member.endpoint()), Optional.empty());

        try (Connections connections = Connections.open(target, 1, Duration.ofSeconds(5))) {
            Set<Long> leases = new TreeSet<>(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L));
            assertThat(new Upkeep(connections.of(0), Duration.ofSeconds(5)).revoke(leases))
                    .isPresent();
        }
        assertThat(member.revoked()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L);
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
        // Long enough that a pause of the machine does not fill it.
        Duration duration = Duration.ofSeconds(1);
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
