package io.quorate.server;

import static io.quorate.server.EtcdClient.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.quorate.server.auth.AuthOptions;
import io.quorate.server.auth.TokenOptions;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logins are refused after too many wrong passwords, by whichever way they come, and nobody elsewhere is held up by that. */
class LoginLimitsApiTest {

    private static final int AT_ONCE = 5;
    private static final String REFUSAL =
            "etcdserver: too many passwords were wrong for this user from your address; wait \\d+ s and try again";

    @TempDir
    private Path folder;

    private final List<ManagedChannel> channels = new ArrayList<>();
    private Optional<TestCluster> started = Optional.empty();

    /** The member's, in nanoseconds: however busy the machine is, no time passes that would give back an attempt. */
    private final AtomicLong now = new AtomicLong();

    private void start(AuthOptions options) throws IOException {
        TestCluster cluster = TestCluster.start(1, folder, config -> ServerConfigs.withAuth(config, options), now::get);
        started = Optional.of(cluster);
        Users anybody = new Users(cluster.channel(0));
        anybody.add("root", "rootpw", "root");
        anybody.add("alice", "secret");
        anybody.enable();
    }

    @AfterEach
    void stop() {
        channels.forEach(ManagedChannel::shutdownNow);
        started.ifPresent(TestCluster::close);
    }

    private InetSocketAddress member() {
        return started.orElseThrow().member(0).clientAddresses().getFirst();
    }

    /** Whoever comes from another address of this machine. */
    private Users from(String address) {
        ManagedChannel channel = NettyChannelBuilder.forAddress(member())
                .usePlaintext()
                .localSocketPicker(new NettyChannelBuilder.LocalSocketPicker() {
                    @Override
                    public InetSocketAddress createSocketAddress(
                            java.net.SocketAddress remote, io.grpc.Attributes attributes) {
                        return new InetSocketAddress(address, 0);
                    }
                })
                .build();
        channels.add(channel);
        return new Users(channel);
    }

    private HttpResponse<String> byHttp(String address, String user, String password)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + member().getPort() + "/v3/auth/authenticate"))
                .timeout(Duration.ofSeconds(20))
                .POST(BodyPublishers.ofString("{\"name\":\"" + user + "\",\"password\":\"" + password + "\"}"))
                .build();
        try (HttpClient client = HttpClient.newBuilder()
                .localAddress(InetAddress.getByName(address))
                .build()) {
            return client.send(request, BodyHandlers.ofString());
        }
    }

    private static void assertLimited(Runnable logIn) {
        StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, logIn::run);
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(refused.getStatus().getDescription()).matches(REFUSAL);
    }

    @Test
    void afterTooManyWrongPasswordsTheRightOneWaitsTooAndElsewhereItDoesNot() throws Exception {
        start(AuthApiTest.CHEAP);
        Users guesser = from("127.0.0.2");
        for (String user : List.of("alice", "nobody")) {
            for (int i = 0; i < AT_ONCE; i++) {
                assertFails(EtcdError.AUTH_FAILED, () -> guesser.logIn(user, "wrong"));
            }
            assertLimited(() -> guesser.logIn(user, "secret"));
        }
        HttpResponse<String> byHttp = byHttp("127.0.0.2", "alice", "secret");
        assertThat(byHttp.statusCode()).as("the gateway is no way around").isEqualTo(429);
        assertThat(byHttp.body()).contains("too many passwords were wrong");

        assertThat(from("127.0.0.3").logIn("alice", "secret")).isNotEmpty();
        assertThat(byHttp("127.0.0.4", "alice", "secret").statusCode()).isEqualTo(200);
        assertThat(guesser.logIn("root", "rootpw")).as("another user").isNotEmpty();
    }

    @Test
    void anAttemptComesBackWithTime() throws IOException {
        start(AuthApiTest.CHEAP);
        Users guesser = from("127.0.0.10");
        for (int i = 0; i < AT_ONCE; i++) {
            assertFails(EtcdError.AUTH_FAILED, () -> guesser.logIn("alice", "wrong"));
        }
        now.addAndGet(Duration.ofSeconds(10).toNanos() - 1);
        assertLimited(() -> guesser.logIn("alice", "secret"));
        now.incrementAndGet();
        assertFails(EtcdError.AUTH_FAILED, () -> guesser.logIn("alice", "wrong"));
        assertLimited(() -> guesser.logIn("alice", "secret"));
        now.addAndGet(Duration.ofSeconds(10).toNanos());
        assertThat(guesser.logIn("alice", "secret")).isNotEmpty();
    }

    @Test
    void theGatewayCountsByItsClientsAddresses() throws Exception {
        start(AuthApiTest.CHEAP);
        for (int i = 0; i < AT_ONCE; i++) {
            assertThat(byHttp("127.0.0.5", "alice", "wrong").statusCode()).isEqualTo(400);
        }
        assertThat(byHttp("127.0.0.5", "alice", "secret").statusCode()).isEqualTo(429);
        assertLimited(() -> from("127.0.0.5").logIn("alice", "secret"));
        assertThat(byHttp("127.0.0.6", "alice", "secret").statusCode()).isEqualTo(200);
    }

    @Test
    void attemptsAreCountedByWhatCameOfThem() throws Exception {
        start(AuthApiTest.CHEAP);
        assertThat(attempts()).containsExactly("limited 0", "right 0", "wrong 0");
        Users alice = from("127.0.0.7");
        for (int i = 0; i < AT_ONCE; i++) {
            assertFails(EtcdError.AUTH_FAILED, () -> alice.logIn("alice", "wrong"));
        }
        assertLimited(() -> alice.logIn("alice", "secret"));
        assertLimited(() -> alice.logIn("alice", "wrong"));
        alice.logIn("root", "rootpw");
        assertThat(attempts()).containsExactly("limited 2", "right 1", "wrong 5");
    }

    private List<String> attempts() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + member().getPort() + "/metrics"))
                .timeout(Duration.ofSeconds(20))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("quorate_login_attempts_total{"))
                    .map(line -> line.replaceFirst(".*outcome=\"(\\w+)\"} (\\d+).*", "$1 $2"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aPasswordOfAMegabyteIsRefusedInOneSentence() throws IOException {
        start(AuthApiTest.CHEAP);
        Users anybody = from("127.0.0.8");
        for (String user : List.of("alice", "nobody")) {
            for (int i = 0; i < 2 * AT_ONCE; i++) {
                StatusRuntimeException refused = catchThrowableOfType(
                        StatusRuntimeException.class, () -> anybody.logIn(user, "x".repeat(1 << 20)));
                assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
                assertThat(refused.getStatus().getDescription())
                        .isEqualTo("etcdserver: the password has more than 1024 bytes, and no user's has so many");
            }
        }
    }

    @Test
    void withoutLimitsAnybodyMayGuessOn() throws IOException {
        start(new AuthOptions(TokenOptions.Simple.DEFAULT, 4, false));
        Users guesser = from("127.0.0.9");
        for (int i = 0; i < 40; i++) {
            assertFails(EtcdError.AUTH_FAILED, () -> guesser.logIn("alice", "wrong"));
        }
        assertThat(guesser.logIn("alice", "secret")).isNotEmpty();
    }
}
