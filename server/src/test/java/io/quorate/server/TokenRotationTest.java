package io.quorate.server;

import static io.quorate.server.EtcdClient.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.quorate.server.auth.AuthOptions;
import io.quorate.server.auth.TokenKeyFile;
import io.quorate.server.auth.TokenOptions;
import io.quorate.server.report.Exposure;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One key of tokens follows another at three members under load: no request is refused, until the old key is dropped. */
class TokenRotationTest {

    private static final int MEMBERS = 3;

    /** So many rounds of each client after each change of a file at one member. */
    private static final int ROUNDS_OF_A_STEP = 3;

    @TempDir
    private Path folder = Path.of("");

    private Optional<TestCluster> started = Optional.empty();
    private final AtomicBoolean over = new AtomicBoolean();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeEach
    void start() throws IOException {
        TokenKeyFile source = source();
        source.add(TokenOptions.Algorithm.ES256, Optional.of("old"));
        for (int i = 0; i < MEMBERS; i++) {
            Files.copy(folder.resolve("tokens.jwks"), folder.resolve("m" + i + ".jwks"));
        }
        started = Optional.of(TestCluster.start(
                MEMBERS,
                folder.resolve("data"),
                config -> ServerConfigs.withAuth(
                        config,
                        new AuthOptions(
                                new TokenOptions.KeySet(
                                        folder.resolve(config.name() + ".jwks"),
                                        Optional.empty(),
                                        Duration.ofMinutes(5)),
                                4))));
        Users anybody = new Users(cluster().channel(0));
        anybody.add("root", "rootpw", "root");
        anybody.enable();
    }

    @AfterEach
    void stop() {
        over.set(true);
        threads.shutdownNow();
        started.ifPresent(TestCluster::close);
    }

    private TestCluster cluster() {
        return started.orElseThrow();
    }

    private TokenKeyFile source() {
        return new TokenKeyFile(folder.resolve("tokens.jwks"), InstantSource.system());
    }

    /** What the member does by itself every two seconds, once the file has come to it. */
    private void bring(int member) throws IOException {
        Files.copy(
                folder.resolve("tokens.jwks"),
                folder.resolve("m" + member + ".jwks"),
                StandardCopyOption.REPLACE_EXISTING);
        cluster().member(member).security().look();
        cluster().member(member).security().look();
    }

    /** A client that logs in at each member in turn, and shows its token to the one after. */
    private Callable<Long> load(AtomicLong rounds, int number) {
        List<ManagedChannel> channels = new ArrayList<>();
        for (int i = 0; i < MEMBERS; i++) {
            channels.add(cluster().channel(i));
        }
        return () -> {
            while (!over.get()) {
                int at = (int) (rounds.get() % MEMBERS);
                String token = new Users(channels.get(at)).logIn("root", "rootpw");
                EtcdClient next = new EtcdClient(Users.with(channels.get((at + 1) % MEMBERS), token));
                next.put("key" + number, "at " + rounds);
                assertThat(next.value("key" + number)).isEqualTo("at " + rounds);
                rounds.incrementAndGet();
            }
            return rounds.get();
        };
    }

    private void awaitRounds(List<AtomicLong> all, List<Future<Long>> clients) {
        List<Long> before = all.stream().map(AtomicLong::get).toList();
        for (int i = 0; i < all.size(); i++) {
            int client = i;
            TestCluster.await(
                    () -> clients.get(client).isDone()
                            || all.get(client).get() >= before.get(client) + ROUNDS_OF_A_STEP,
                    "more rounds of client " + i);
        }
    }

    @Test
    void noRequestIsRefusedUntilTheOldKeyIsDropped() throws Exception {
        List<String> early = new ArrayList<>();
        for (int i = 0; i < MEMBERS; i++) {
            early.add(new Users(cluster().channel(i)).logIn("root", "rootpw"));
        }
        List<AtomicLong> rounds = List.of(new AtomicLong(), new AtomicLong());
        List<Future<Long>> clients = new ArrayList<>();
        for (AtomicLong each : rounds) {
            clients.add(threads.submit(load(each, clients.size())));
        }
        source().add(TokenOptions.Algorithm.ES256, Optional.of("next"));
        step(rounds, clients);
        source().sign(Optional.empty());
        step(rounds, clients);
        for (String token : early) {
            for (int i = 0; i < MEMBERS; i++) {
                assertThat(as(token, i).value("key0")).isNotEmpty();
            }
        }
        source().drop(Optional.empty());
        step(rounds, clients);
        over.set(true);
        for (Future<Long> client : clients) {
            assertThat(client.get(30, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(3L * MEMBERS * ROUNDS_OF_A_STEP);
        }
        for (String token : early) {
            for (int i = 0; i < MEMBERS; i++) {
                EtcdClient client = as(token, i);
                assertFails(EtcdError.INVALID_AUTH_TOKEN, () -> client.get("key0"));
            }
        }
    }

    private EtcdClient as(String token, int member) {
        Channel channel = cluster().channel(member);
        return new EtcdClient(Users.with(channel, token));
    }

    private void step(List<AtomicLong> rounds, List<Future<Long>> clients) throws IOException {
        for (int i = 0; i < MEMBERS; i++) {
            bring(i);
            awaitRounds(rounds, clients);
        }
    }

    @Test
    void aFileThatCannotBeUsedIsToldOfAndSoIsOneThatOthersRead() throws Exception {
        MemberServer member = cluster().member(0);
        Files.writeString(folder.resolve("m0.jwks"), "{");
        member.security().look();
        member.security().look();
        OwnExposure exposure = OwnExposure.of(cluster().config(0), member.security(), () -> true);
        Exposure.TokenKeys told = exposure.now().tokenKeys().orElseThrow();
        assertThat(told.refusedFile().orElseThrow()).contains("m0.jwks is not a JSON object");
        assertThat(told.signing()).contains("old");
        assertThat(exposure.now().openFiles()).isEmpty();
        Files.setPosixFilePermissions(folder.resolve("m0.jwks"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(exposure.now().openFiles())
                .containsExactly(folder.resolve("m0.jwks").toString());
        assertThat(new Users(cluster().channel(0)).logIn("root", "rootpw")).isNotEmpty();
    }
}
