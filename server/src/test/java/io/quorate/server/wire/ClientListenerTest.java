package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClientListenerTest {

    private static final ListenUrl ANY_PORT = new ListenUrl("127.0.0.1", 0);

    private final AtomicBoolean healthy = new AtomicBoolean(true);
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private EventLoops eventLoops;
    private ClientListener listener;
    private ManagedChannel channel;

    @BeforeEach
    void listen() throws IOException {
        eventLoops = EventLoops.open(2);
        listener = start(ANY_PORT, ANY_PORT);
        channel = connect(listener.addresses().getFirst());
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
        listener.close();
        http.close();
        eventLoops.close();
    }

    @Test
    void aGrpcCallAndAnHttpRequestAreServedOnTheSamePort() throws Exception {
        assertThat(echo(channel, "first")).isEqualTo("first");
        assertThat(get("/version").body()).isEqualTo("{\"etcdserver\":\"3.4.23\",\"etcdcluster\":\"3.4.0\"}");
        assertThat(echo(channel, "second")).isEqualTo("second");
    }

    @Test
    void everyUrlServesBothProtocols() throws Exception {
        assertThat(listener.addresses()).hasSize(2).doesNotHaveDuplicates();
        InetSocketAddress second = listener.addresses().get(1);
        ManagedChannel other = connect(second);
        try {
            assertThat(echo(other, "there")).isEqualTo("there");
            assertThat(send(HttpRequest.newBuilder(uri(second, "/health"))).statusCode())
                    .isEqualTo(200);
        } finally {
            other.shutdownNow();
        }
    }

    @Test
    void healthIs200WhileHealthyAnd503Otherwise() throws Exception {
        HttpResponse<String> well = get("/health");
        assertThat(well.statusCode()).isEqualTo(200);
        assertThat(well.body()).isEqualTo("{\"health\":\"true\"}");
        assertThat(well.headers().firstValue("content-type")).hasValue("application/json");

        healthy.set(false);
        HttpResponse<String> ill = get("/health?serializable=true");
        assertThat(ill.statusCode()).isEqualTo(503);
        assertThat(ill.body()).isEqualTo("{\"health\":\"false\"}");
    }

    @Test
    void anUnknownPathIsNotFoundAndAnotherMethodIsNotAllowed() throws Exception {
        HttpResponse<String> unknown = get("/v3/nothing");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).startsWith("There is nothing at this path;").hasLineCount(1);

        HttpResponse<String> post =
                send(HttpRequest.newBuilder(uri(listener.addresses().getFirst(), "/version"))
                        .POST(BodyPublishers.ofString("{}")));
        assertThat(post.statusCode()).isEqualTo(405);
        assertThat(post.headers().firstValue("allow")).hasValue("GET");
    }

    @Test
    void theGrpcHealthServiceSaysThatTheMemberServes() {
        var answer = HealthGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .check(HealthCheckRequest.getDefaultInstance());
        assertThat(answer.getStatus()).isEqualTo(ServingStatus.SERVING);
    }

    @Test
    void aMessageWithinTheEnvelopeIsLetThroughAndALargerOneEndsItsCallAlone() {
        String fits = "x".repeat(ClientListenerOptions.DEFAULT_MAX_REQUEST_BYTES + 1000);
        assertThat(echo(channel, fits)).isEqualTo(fits);

        String tooLarge = "x".repeat(ClientListenerOptions.defaults().maxMessageBytes() + 1);
        assertThatThrownBy(() -> echo(channel, tooLarge))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));

        assertThat(echo(channel, "on the same connection")).isEqualTo("on the same connection");
    }

    @Test
    void aPortInUseIsNamedInOneSentenceAndNoOtherPortStaysOpen() throws Exception {
        int free = FreePorts.find(1).getFirst();
        int used = listener.addresses().getFirst().getPort();

        assertThatThrownBy(() -> start(new ListenUrl("127.0.0.1", free), new ListenUrl("127.0.0.1", used)))
                .isInstanceOf(BindException.class)
                .hasMessage("Cannot listen on http://127.0.0.1:" + used
                        + ": another process uses that port; stop it or choose another port.");

        start(new ListenUrl("127.0.0.1", free)).close();
    }

    @Test
    void anAddressOfAnotherMachineIsNamedInOneSentence() {
        assertThatThrownBy(() -> start(new ListenUrl("192.0.2.1", 0)))
                .isInstanceOf(BindException.class)
                .hasMessageStartingWith("Cannot listen on http://192.0.2.1:0: ")
                .hasMessageEndingWith(".");
    }

    @Test
    void afterClosingNobodyIsServedAndThePortIsFree() throws Exception {
        InetSocketAddress address = listener.addresses().getFirst();
        assertThat(echo(channel, "before")).isEqualTo("before");
        assertThat(get("/health").statusCode()).isEqualTo(200);

        listener.close();

        assertThatThrownBy(() -> echo(channel, "after"))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
        assertThatThrownBy(() -> send(HttpRequest.newBuilder(uri(address, "/health"))))
                .isInstanceOf(IOException.class);
        start(new ListenUrl("127.0.0.1", address.getPort())).close();
    }

    @Test
    void aCallThatIsUnderWayMayEndWhileTheListenerCloses() throws Exception {
        var underWay = new CompletableFuture<StreamObserver<PutResponse>>();
        var service = new KVGrpc.KVImplBase() {
            @Override
            public void put(PutRequest request, StreamObserver<PutResponse> answer) {
                underWay.complete(answer);
            }
        };
        ClientListener other = start(List.of(service.bindService()), ANY_PORT);
        InetSocketAddress address = other.addresses().getFirst();
        ManagedChannel client = connect(address);
        var answer = KVGrpc.newFutureStub(client).put(PutRequest.getDefaultInstance());
        StreamObserver<PutResponse> observer = underWay.get(10, TimeUnit.SECONDS);

        var closing = CompletableFuture.runAsync(() -> other.close(Duration.ofMinutes(1)));
        awaitRefusal(address);
        assertThat(closing).isNotDone();
        observer.onNext(PutResponse.getDefaultInstance());
        observer.onCompleted();

        assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(PutResponse.getDefaultInstance());
        closing.get(10, TimeUnit.SECONDS);
        client.shutdownNow();
    }

    private static void awaitRefusal(InetSocketAddress address) {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (true) {
            try (var accepted = new Socket(address.getAddress(), address.getPort())) {
                assertThat(System.nanoTime()).as("%s still accepts", accepted).isLessThan(deadlineNanos);
            } catch (IOException refused) {
                return;
            }
        }
    }

    private ClientListener start(ListenUrl... urls) throws IOException {
        return start(List.of(new EchoService().bindService()), urls);
    }

    private ClientListener start(List<ServerServiceDefinition> services, ListenUrl... urls) throws IOException {
        return ClientListener.start(
                List.of(urls),
                eventLoops,
                ClientListenerOptions.defaults(),
                services,
                () -> List.of(new HttpPages((excluded, serializable) -> healthy.get())));
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(listener.addresses().getFirst(), path)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static URI uri(InetSocketAddress address, String path) {
        return URI.create("http://127.0.0.1:" + address.getPort() + path);
    }

    private static ManagedChannel connect(InetSocketAddress address) {
        return NettyChannelBuilder.forAddress(address)
                .usePlaintext()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
    }

    private static String echo(ManagedChannel channel, String text) {
        return KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(text))
                        .build())
                .getKvs(0)
                .getValue()
                .toStringUtf8();
    }
}
