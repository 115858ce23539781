package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.quorate.engine.tls.Admittance;
import io.quorate.engine.tls.TlsFiles;
import io.quorate.engine.tls.TlsParty;
import io.quorate.engine.tls.TlsSettings;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.etcdserverpb.MemberAddRequest;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.wire.HttpPages;
import io.quorate.testing.FreePorts;
import io.quorate.testing.TestAuthority;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Others than a member's machine are served by it only if they need to say who they are. */
@Timeout(120)
class KnownClientsTest {

    private static final URI EVERYWHERE = URI.create("https://0.0.0.0:0");

    private final TestAuthority authority = TestAuthority.named("CA");
    private final List<ManagedChannel> channels = new ArrayList<>();

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void writeCertificates() throws IOException {
        Files.writeString(folder.resolve("ca.crt"), authority.pem());
        authority.issue("member", "127.0.0.1").writeTo(folder, "member");
    }

    @AfterEach
    void closeChannels() {
        channels.forEach(ManagedChannel::shutdownNow);
    }

    private TlsFiles files() {
        return TlsFiles.of(folder.resolve("member.crt"), folder.resolve("member.key"), folder.resolve("ca.crt"));
    }

    /** Over TLS everywhere; clients need no certificate. */
    private Security security() {
        return Security.ofPeers(TlsSettings.mutual("the peer port", files()))
                .withClients(TlsSettings.of("the client port", files(), Admittance.OF_ANYBODY)
                        .withHttp());
    }

    private ServerConfig secured(ServerConfig config) {
        return ServerConfigs.secured(config, security());
    }

    /** A founder that listens everywhere. */
    private ServerConfig open() throws IOException {
        return ServerConfigs.withListenClientUrl(
                secured(TestCluster.configs(1, folder).getFirst()), EVERYWHERE);
    }

    private ManagedChannel channel(MemberServer member) throws IOException {
        TlsFiles trust = new TlsFiles(
                Optional.empty(), Optional.empty(), Optional.of(folder.resolve("ca.crt")), Optional.empty());
        TlsParty client = TlsParty.open(
                TlsSettings.of("a client", trust, Admittance.OF_ANYBODY).withHttp());
        ManagedChannel channel = NettyChannelBuilder.forAddress(
                        "127.0.0.1", member.clientAddresses().getFirst().getPort())
                .sslContext(client.client())
                .build();
        channels.add(channel);
        return channel;
    }

    private static void awaitReady(MemberServer member) {
        member.ready().orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Test
    void aClusterThatEverybodyCouldUseIsNotFounded() throws Exception {
        for (ServerConfig config : List.of(open(), ServerConfigs.ephemeral(open()))) {
            assertThatThrownBy(() -> MemberServer.start(config))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("others than this machine could read and change everything")
                    .hasMessageContaining("--allow-insecure");
            assertThat(config.dataDir()).doesNotExist();
        }
    }

    @Test
    void whoeverAcceptsTheRiskIsServed() throws Exception {
        ServerConfig config = open().withSecurity(security().withInsecurityAllowed());
        try (MemberServer member = MemberServer.start(config)) {
            awaitReady(member);
            status(channel(member));
        }
    }

    @Test
    void certificatesAndWitnessesNeedNoUsers() throws Exception {
        TlsSettings mutual = TlsSettings.mutual("the client port", files()).withHttp();
        ServerConfig certified = open().withSecurity(security().withClients(mutual));
        ServerConfig witness = ServerConfigs.withListenClientUrl(
                ServerConfigs.withWitnesses(
                        secured(TestCluster.configs(3, folder).getFirst()), "m0"),
                EVERYWHERE);
        for (ServerConfig config : List.of(certified, witness)) {
            KnownClients.requireForFounding(config);
            assertThat(new KnownClients(config, () -> false).mayBeServed()).isTrue();
        }
    }

    @Test
    void pagesAreShownToTheSame() throws Exception {
        AtomicBoolean users = new AtomicBoolean();
        HttpPages.JsonPage page = token -> CompletableFuture.completedFuture("shown");
        HttpPages.JsonPage guarded = Objects.requireNonNull(
                new KnownClients(open(), users::get).guard(Map.of("/", page)).get("/"));
        assertThat(guarded.get(Optional.empty())).isCompletedExceptionally();
        assertThat(guarded.post(Optional.empty())).isCompletedExceptionally();
        users.set(true);
        assertThat(guarded.get(Optional.empty())).isCompletedWithValue("shown");
    }

    /** What it serves clients by it learns from the others; so it starts, and its peers know it by its host alone. */
    @Test
    void whoeverJoinsServesOnceUsersAreEnabled() throws Exception {
        try (TestCluster cluster =
                TestCluster.start(1, folder, config -> ServerConfigs.withAuth(secured(config), AuthApiTest.CHEAP))) {
            ManagedChannel founder = channel(cluster.member(0));
            int port = FreePorts.find(1).getFirst();
            var unused = new EtcdClient(founder)
                    .cluster()
                    .memberAdd(MemberAddRequest.newBuilder()
                            .addPeerURLs("https://127.0.0.1:" + port)
                            .setIsLearner(true)
                            .build());
            ServerConfig joining =
                    ServerConfigs.withListenClientUrl(secured(cluster.joining("late", port, folder)), EVERYWHERE);
            MemberServer late = cluster.start(cluster.add(joining));
            TestCluster.await(
                    () -> late.node()
                            .status()
                            .configuration()
                            .isMember(late.node().status().self()),
                    "it has learned who it is");
            ManagedChannel guest = channel(late);
            assertThatThrownBy(() -> status(guest))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE))
                    .hasMessageContaining(KnownClients.TURNED_AWAY);
            assertThat(late.ready()).isNotDone();

            Users users = new Users(founder);
            users.add("root", "r", "root");
            users.enable();

            awaitReady(late);
            status(guest);
        }
    }

    private static void status(ManagedChannel channel) {
        var unused = MaintenanceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance());
    }
}
