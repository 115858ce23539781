package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.engine.tls.RefusalReason;
import io.quorate.engine.tls.TlsParty;
import io.quorate.engine.tls.TlsRefusals;
import io.quorate.server.proto.authpb.Permission;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.managerpb.ListAuditRequest;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import io.quorate.testing.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Clients of three members that speak TLS alone: who is served, as whom, and how a whole cluster comes by another CA. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SecuredClusterTest {

    /** So many puts at least of each client in each step, some of them on connections of that step. */
    private static final int PUTS_OF_A_STEP = 100;

    private final SecuredCluster cluster;

    SecuredClusterTest(@TempDir Path folder) throws IOException {
        cluster = SecuredCluster.start(3, folder);
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    private EtcdClient client(String user) throws IOException {
        return new EtcdClient(
                cluster.channel(0, cluster.client(cluster.authority().issue(user))));
    }

    private URI url(int member, String path) {
        int port = cluster.members().member(member).clientAddresses().getFirst().getPort();
        return URI.create("https://127.0.0.1:" + port + path);
    }

    private static HttpResponse<String> ask(TlsParty party, HttpRequest request) throws Exception {
        try (HttpClient http = HttpClient.newBuilder()
                .sslContext(party.sockets())
                .sslParameters(party.socketParameters())
                .build()) {
            return http.send(request, BodyHandlers.ofString());
        }
    }

    private TlsRefusals.Refusal awaitRefusal(RefusalReason reason) {
        TlsRefusals refusals = cluster.members().member(0).security().refusedClients();
        TestCluster.await(
                () -> refusals.latest().stream().anyMatch(refusal -> refusal.reason() == reason),
                "a refusal for " + reason);
        return refusals.latest().stream()
                .filter(refusal -> refusal.reason() == reason)
                .findFirst()
                .orElseThrow();
    }

    @Test
    @Order(1)
    void clientsWithACertificateAreServedByGrpcAndByHttp() throws Exception {
        EtcdClient client = client("ann");
        client.put("a", "1");
        assertThat(client.value("a")).isEqualTo("1");
        TlsParty party = cluster.client(cluster.authority().issue("ann"));
        HttpRequest range = HttpRequest.newBuilder(url(1, "/v3/kv/range"))
                .POST(BodyPublishers.ofString("{\"key\":\"YQ==\"}"))
                .build();
        assertThat(ask(party, range).body()).contains("\"value\":\"MQ==\"");
        assertThat(ask(party, HttpRequest.newBuilder(url(2, "/health")).build()).statusCode())
                .isEqualTo(200);
    }

    @Test
    @Order(2)
    void othersAreRefusedAndTheMemberSaysWhy() throws Exception {
        TlsParty stranger = cluster.client(TestAuthority.named("their CA").issue("ann"));
        EtcdClient refused = new EtcdClient(cluster.channel(0, stranger));
        assertThatThrownBy(() -> refused.get("a"))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
        assertThat(awaitRefusal(RefusalReason.UNKNOWN_AUTHORITY))
                .satisfies(refusal -> assertThat(refusal.by()).isEqualTo("the client port"))
                .satisfies(refusal -> assertThat(refusal.sentence()).contains("comes from the CA \"CN=their CA\""));

        ManagerGrpc.ManagerBlockingStub manager = ManagerGrpc.newBlockingStub(
                cluster.channel(0, cluster.client(cluster.authority().issue("ann"))));
        TestCluster.await(
                () -> manager.listAudit(ListAuditRequest.getDefaultInstance()).getRecordsList().stream()
                        .anyMatch(line -> line.contains("\"action\":\"tls\"") && line.contains("their CA")),
                "the refusal on record");

        int port = cluster.members().member(0).clientAddresses().getFirst().getPort();
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
            plain.getOutputStream().write("GET /health HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] answer = plain.getInputStream().readAllBytes();
            assertThat(new String(answer, StandardCharsets.ISO_8859_1)).doesNotContain("HTTP");
        }
        assertThat(awaitRefusal(RefusalReason.PLAIN_TEXT).sentence()).contains("it does not speak TLS");
    }

    @Test
    @Order(2)
    void stalledHandshakesHinderNobody() throws Exception {
        int port = cluster.members().member(0).clientAddresses().getFirst().getPort();
        List<Socket> stalled = new ArrayList<>();
        try {
            for (int i = 0; i < 500; i++) {
                stalled.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            client("ann").put("b", "2");
        } finally {
            for (Socket socket : stalled) {
                socket.close();
            }
        }
    }

    @Test
    @Order(3)
    void aClientIsTheUserThatItsCertificateNames() throws Exception {
        EtcdClient root = client("root");
        ManagedChannel asRoot =
                cluster.channel(0, cluster.client(cluster.authority().issue("root")));
        Users users = new Users(asRoot);
        users.add("root", "r", "root");
        users.addRole("gardener", Permission.Type.READWRITE, "fruit/", "fruit0");
        users.add("ann", "plums", "gardener");
        root.put("secret", "s");
        users.enable();
        try {
            EtcdClient ann = client("ann");
            ann.put("fruit/plum", "blue");
            assertThat(ann.value("fruit/plum")).isEqualTo("blue");
            assertRefused(ann);
            assertRefused(client("nobody"));
            assertThat(root.value("secret")).isEqualTo("s");

            // As in etcd, the gateway knows users by tokens alone.
            TlsParty party = cluster.client(cluster.authority().issue("root"));
            HttpRequest range = HttpRequest.newBuilder(url(0, "/v3/kv/range"))
                    .POST(BodyPublishers.ofString("{\"key\":\"c2VjcmV0\"}"))
                    .build();
            assertThat(ask(party, range).body()).contains("user name is empty");
        } finally {
            users.disable();
        }
    }

    private static void assertRefused(EtcdClient client) {
        assertThatThrownBy(() -> client.get("secret"))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("permission denied");
    }

    /** Keeps putting at one member until it is told to stop; throws at the first put that fails. */
    private Callable<Void> load(int member, AtomicReference<TlsParty> party, AtomicBoolean stop, AtomicLong puts) {
        return () -> {
            TlsParty used = Objects.requireNonNull(party.get());
            ManagedChannel channel = cluster.channel(member, used);
            while (!stop.get()) {
                if (!used.equals(party.get())) {
                    used = Objects.requireNonNull(party.get());
                    channel.shutdown();
                    channel = cluster.channel(member, used);
                }
                var unused = KVGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(20, TimeUnit.SECONDS)
                        .put(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("load" + member))
                                .build());
                puts.incrementAndGet();
            }
            return null;
        };
    }

    @Test
    @Order(4)
    void theWholeClusterMovesToANewAuthorityUnderLoadWithoutOneFailedRequest() throws Exception {
        TestAuthority next = TestAuthority.named("next CA");
        AtomicReference<TlsParty> party =
                new AtomicReference<>(cluster.client(cluster.authority().issue("ann")));
        AtomicBoolean stop = new AtomicBoolean();
        List<AtomicLong> puts = new ArrayList<>();
        List<Future<Void>> loads = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < cluster.count(); i++) {
                puts.add(new AtomicLong());
                loads.add(clients.submit(load(i, party, stop, puts.get(i))));
            }
            try {
                awaitPuts(puts, loads);
                cluster.trust(next, cluster.authority());
                party.set(cluster.client(cluster.authority().issue("ann")));
                awaitPuts(puts, loads);
                cluster.renew(next);
                awaitPuts(puts, loads);
                party.set(cluster.client(next.issue("ann")));
                awaitPuts(puts, loads);
                cluster.trust(next);
                awaitPuts(puts, loads);
            } finally {
                stop.set(true);
            }
            for (Future<Void> load : loads) {
                load.get(30, TimeUnit.SECONDS);
            }
        }
        assertThat(cluster.members().member(0).security().status())
                .allSatisfy(status -> assertThat(status.reloads()).isEqualTo(3));
        TlsParty former = cluster.client(cluster.authority().issue("ann"));
        assertThatThrownBy(() -> new EtcdClient(cluster.channel(0, former)).get("a"))
                .isInstanceOf(StatusRuntimeException.class);
    }

    private static void awaitPuts(List<AtomicLong> puts, List<Future<Void>> loads) {
        List<Long> begin = puts.stream().map(AtomicLong::get).toList();
        for (int i = 0; i < puts.size(); i++) {
            int client = i;
            TestCluster.await(
                    () -> loads.get(client).isDone() || puts.get(client).get() >= begin.get(client) + PUTS_OF_A_STEP,
                    "client " + client + " goes on");
        }
    }
}
