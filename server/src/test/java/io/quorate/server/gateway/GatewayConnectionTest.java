package io.quorate.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import io.quorate.server.proto.etcdserverpb.ResponseHeader;
import io.quorate.server.proto.etcdserverpb.WatchGrpc;
import io.quorate.server.proto.etcdserverpb.WatchRequest;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import io.quorate.server.wire.ClientListener;
import io.quorate.server.wire.ClientListenerOptions;
import io.quorate.server.wire.EventLoops;
import io.quorate.server.wire.HttpPages;
import io.quorate.server.wire.ListenUrl;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How calls and the connections that they come from hang together, with services that the test drives. */
class GatewayConnectionTest {

    private static final int SOCKET_TIMEOUT_MILLIS = 20_000;
    private static final int MESSAGES = 2000;
    private static final String LONG_REASON = "x".repeat(100_000);

    private final CompletableFuture<Metadata> metadata = new CompletableFuture<>();
    private final CompletableFuture<StreamObserver<PutResponse>> put = new CompletableFuture<>();
    private volatile CompletableFuture<StreamObserver<WatchResponse>> watch = new CompletableFuture<>();
    private final CountDownLatch watchCancelled = new CountDownLatch(1);
    private final AtomicBoolean wanted = new AtomicBoolean();
    private final AtomicInteger sent = new AtomicInteger();

    private final EventLoops eventLoops = EventLoops.open(1);
    private final JsonGateway gateway;
    private final ClientListener listener;
    private final GatewayClient client;

    GatewayConnectionTest() throws IOException {
        var services = List.of(ServerInterceptors.intercept(new Kv(), new Observer()), new Watches().bindService());
        ClientListenerOptions options = ClientListenerOptions.defaults();
        gateway = JsonGateway.start(services, options.maxMessageBytes());
        listener = ClientListener.start(
                List.of(new ListenUrl("127.0.0.1", 0)),
                eventLoops,
                options,
                services,
                () -> List.of(gateway.newHandler(), new HttpPages((excluded, serializable) -> true)));
        client = new GatewayClient(listener.addresses().getFirst());
    }

    @AfterEach
    void close() {
        client.close();
        listener.close();
        gateway.close();
        eventLoops.close();
    }

    private final class Observer implements ServerInterceptor {

        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            metadata.complete(headers);
            return next.startCall(call, headers);
        }
    }

    /** Answers a Range at once, and a Put when the test does. */
    private final class Kv extends KVGrpc.KVImplBase {

        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> call) {
            call.onNext(RangeResponse.newBuilder().setCount(7).build());
            call.onCompleted();
        }

        @Override
        public void put(PutRequest request, StreamObserver<PutResponse> call) {
            put.complete(call);
        }
    }

    /** Sends as many messages as the client takes, or what the test sends if it asks for nothing. */
    private final class Watches extends WatchGrpc.WatchImplBase {

        @Override
        public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> observer) {
            var call = (ServerCallStreamObserver<WatchResponse>) observer;
            call.setOnCancelHandler(watchCancelled::countDown);
            call.setOnReadyHandler(() -> sendMore(call));
            return new StreamObserver<>() {
                @Override
                public void onNext(WatchRequest request) {
                    wanted.set(request.hasCreateRequest());
                    sendMore(call);
                    watch.complete(call);
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {}
            };
        }

        private void sendMore(ServerCallStreamObserver<WatchResponse> call) {
            while (wanted.get() && call.isReady() && sent.get() < MESSAGES) {
                call.onNext(WatchResponse.newBuilder()
                        .setWatchId(sent.incrementAndGet())
                        .setCancelReason(LONG_REASON)
                        .build());
            }
            if (sent.get() == MESSAGES && wanted.getAndSet(false)) {
                call.onCompleted();
            }
        }
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(SOCKET_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }

    private Socket connect() throws IOException {
        var address = listener.addresses().getFirst();
        var socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(SOCKET_TIMEOUT_MILLIS);
        return socket;
    }

    private static String request(String path, String body) {
        return "POST " + path + " HTTP/1.1\r\nhost: x\r\ncontent-length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String headOf(String path, String header, int bytes) {
        return "POST " + path + " HTTP/1.1\r\nhost: x\r\n" + header + "\r\ncontent-length: " + bytes + "\r\n\r\n";
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void theTokenAndTheMetadataReachTheServices() throws Exception {
        client.send(client.request("/v3/kv/range")
                .header("Authorization", "the-token")
                .header("Grpc-Metadata-HasLeader", "true")
                .header("Grpc-Metadata-Grpc-Timeout", "nonsense")
                .header("Some-Header", "1")
                .POST(BodyPublishers.ofString("{}")));

        Metadata forwarded = await(metadata);
        assertThat(forwarded.get(key("authorization"))).isEqualTo("the-token");
        assertThat(forwarded.get(key("hasleader"))).isEqualTo("true");
        assertThat(forwarded.keys()).doesNotContain("some-header", "grpc-timeout");
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    @Test
    void answersComeInTheOrderOfTheRequests() throws Exception {
        try (Socket socket = connect()) {
            write(
                    socket,
                    request("/v3/kv/put", "{}") + request("/v3/kv/range", "{}")
                            + "GET /version HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            StreamObserver<PutResponse> call = await(put);
            call.onNext(PutResponse.newBuilder()
                    .setHeader(ResponseHeader.newBuilder().setRevision(5))
                    .build());
            call.onCompleted();

            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(answers)
                    .containsSubsequence("{\"header\":{\"revision\":\"5\"}}", "{\"count\":\"7\"}", "etcdserver");
        }
    }

    @Test
    void aClientThatDoesNotReadIsSentNoMoreThanFitsIntoItsSocket() throws Exception {
        try (Socket socket = connect()) {
            write(socket, request("/v3/watch", "{\"create_request\":{}}"));
            await(watch);
            for (int i = 0; i < 50; i++) {
                client.ask("/v3/kv/range", "{}");
            }
            assertThat(sent.get()).as("messages of 100 kB that were made").isBetween(1, MESSAGES / 2);

            var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            for (int i = 1; i <= MESSAGES; i++) {
                assertThat(nextResult(lines)).startsWith("{\"result\":{\"watch_id\":\"" + i + "\",");
            }
        }
    }

    private static String readUntil(Socket socket, String end) throws IOException {
        var text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int next = socket.getInputStream().read();
            assertThat(next).as("what follows " + text).isNotNegative();
            text.append((char) next);
        }
        return text.toString();
    }

    private static String nextResult(BufferedReader lines) throws IOException {
        String line = lines.readLine();
        while (!line.startsWith("{")) {
            line = lines.readLine();
        }
        return line;
    }

    @Test
    void aCallEndsWithItsConnection() throws Exception {
        try (Socket socket = connect()) {
            write(socket, request("/v3/watch", "{}"));
            await(watch);
        }
        assertThat(watchCancelled.await(SOCKET_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS))
                .isTrue();
    }

    @Test
    void aCallEndsWithItsConnectionThoughMoreRequestsWaitBehindIt() throws Exception {
        StreamObserver<WatchResponse> call;
        try (Socket socket = connect()) {
            write(socket, request("/v3/watch", "{}") + request("/v3/kv/range", "{}"));
            call = await(watch);
        }
        // Nothing is read from the connection any more, so it is what cannot be sent that tells.
        while (watchCancelled.getCount() > 0) {
            call.onNext(WatchResponse.newBuilder().setWatchId(1).build());
        }
    }

    @Test
    void whatEndsAStreamIsItsLastLine() throws Exception {
        try (GatewayClient.Stream stream = openWatch()) {
            assertThat(stream.next().get("created").getAsBoolean()).isTrue();
            await(watch)
                    .onError(Status.UNAVAILABLE
                            .withDescription("etcdserver: no leader")
                            .asRuntimeException());
            assertThat(stream.error())
                    .isEqualTo(JsonParser.parseString("{\"grpc_code\":14,\"http_code\":503,\"message\":"
                            + "\"etcdserver: no leader\",\"http_status\":\"Service Unavailable\"}"));
        }
    }

    private GatewayClient.Stream openWatch() throws Exception {
        var opened = CompletableFuture.supplyAsync(() -> {
            try {
                return client.open("/v3/watch", "{}");
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await(watch).onNext(WatchResponse.newBuilder().setCreated(true).build());
        return await(opened);
    }

    @Test
    void toAnOldClientTheEndOfTheConnectionIsTheEndOfTheStream() throws Exception {
        try (Socket socket = connect()) {
            write(socket, "POST /v3/watch HTTP/1.0\r\ncontent-length: 2\r\n\r\n{}");
            StreamObserver<WatchResponse> call = await(watch);
            call.onNext(WatchResponse.newBuilder().setWatchId(3).build());
            call.onCompleted();

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .doesNotContainIgnoringCase("chunked")
                    .endsWith("\r\n\r\n{\"result\":{\"watch_id\":\"3\"}}\n");
        }
    }

    @Test
    void programsInBrowsersMayAsk() throws Exception {
        var preflight = client.send(client.request("/v3/kv/range").method("OPTIONS", BodyPublishers.noBody()));

        assertThat(preflight.statusCode()).isEqualTo(200);
        assertThat(preflight.headers().firstValue("access-control-allow-origin"))
                .contains("*");
        assertThat(preflight.headers().firstValue("access-control-allow-headers"))
                .contains("accept, content-type, authorization");
        assertThat(client.post("/v3/kv/range", "{}").headers().firstValue("access-control-allow-origin"))
                .contains("*");
    }

    @Test
    void aServiceThatIsNotThereIsToldApart() throws Exception {
        var answer = client.post("/v3/kv/txn", "{}");

        assertThat(answer.statusCode()).isEqualTo(501);
        assertThat(answer.body()).contains("\"code\":12");
        assertThat(client.post("/v3/lease/grant", "{}").statusCode()).isEqualTo(404);
    }

    /** What is left of it is taken and dropped: a connection that is cut while the client sends takes the answer with it. */
    @Test
    void aBodyBeyondAllLimitsIsAnsweredWhileItIsSentAndNotKept() throws Exception {
        int bytes = 20 << 20;
        try (Socket socket = connect()) {
            var out = socket.getOutputStream();
            out.write(("POST /v3/kv/put HTTP/1.1\r\nHost: x\r\nContent-Length: " + bytes + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(new byte[bytes]);
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer)
                    .startsWith("HTTP/1.1 413 ")
                    .containsIgnoringCase("connection: close")
                    .contains("bytes at most");
        }
    }

    /** None of them may get into an answer that is under way. */
    @Test
    void whatThePortAnswersByItselfComesInTurnToo() throws Exception {
        for (String next : List.of(
                headOf("/v3/kv/put", "Accept: */*", 20 << 20),
                "GET no-request-at-all\r\n\r\n",
                headOf("/v3/kv/range", "Expect: 100-continue", 2))) {
            answerBehindAStream(next);
        }
    }

    private void answerBehindAStream(String next) throws Exception {
        watch = new CompletableFuture<>();
        try (Socket socket = connect()) {
            var answers = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            write(socket, request("/v3/watch", "{}"));
            StreamObserver<WatchResponse> call = await(watch);
            call.onNext(WatchResponse.newBuilder().setWatchId(1).build());
            assertThat(nextResult(answers)).contains("\"1\"");
            write(socket, next);
            // By then the next request has been read as well: one thread serves both connections.
            client.ask("/v3/kv/range", "{}");
            call.onNext(WatchResponse.newBuilder().setWatchId(2).build());
            call.onCompleted();

            var lines = new StringBuilder();
            for (String line = answers.readLine(); !line.equals("0"); line = answers.readLine()) {
                lines.append(line).append('\n');
            }
            assertThat(lines.toString()).as(next).contains("\"2\"").doesNotContain("HTTP/1.1");
            assertThat(answers.readLine()).as(next).isEmpty();
            assertThat(answers.readLine()).as(next).startsWith("HTTP/1.1 ");
        }
    }

    @Test
    void aBodyIsSentWhenTheServerSaysThatItMay() throws Exception {
        try (Socket socket = connect()) {
            for (int round = 0; round < 3; round++) {
                write(socket, headOf("/v3/kv/range", "Expect: 100-continue", 2));
                assertThat(readUntil(socket, "\r\n\r\n")).startsWith("HTTP/1.1 100 Continue");
                write(socket, "{}");
                assertThat(readUntil(socket, "{\"count\":\"7\"}")).startsWith("HTTP/1.1 200 OK");
            }
        }
    }

    @Test
    void otherExpectationsAreNotLookedAtAndABodyThatIsTooLargeIsNotAskedFor() throws Exception {
        try (Socket socket = connect()) {
            for (int round = 0; round < 2; round++) {
                write(socket, headOf("/v3/kv/range", "Expect: the-best", 2) + "{}");
                assertThat(readUntil(socket, "{\"count\":\"7\"}")).startsWith("HTTP/1.1 200 OK");
            }
            write(socket, headOf("/v3/kv/put", "Expect: 100-continue", 20 << 20));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 413 ")
                    .containsIgnoringCase("connection: close");
        }
    }

    /** A connection between two requests is closed at once, and no new request is taken behind one that is under way. */
    @Test
    void theRequestUnderWayIsAnsweredWhenThePortCloses() throws Exception {
        try (Socket idle = connect();
                Socket busy = connect()) {
            write(idle, request("/v3/kv/range", "{}"));
            readUntil(idle, "{\"count\":\"7\"}");
            write(busy, request("/v3/kv/put", "{}") + request("/v3/kv/range", "{}"));
            StreamObserver<PutResponse> call = await(put);
            var closing = CompletableFuture.runAsync(() -> listener.close(Duration.ofMillis(SOCKET_TIMEOUT_MILLIS)));

            assertThat(idle.getInputStream().read()).isEqualTo(-1);
            assertThat(closing).isNotDone();
            call.onNext(PutResponse.newBuilder()
                    .setHeader(ResponseHeader.newBuilder().setRevision(5))
                    .build());
            call.onCompleted();

            assertThat(new String(busy.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .endsWith("{\"header\":{\"revision\":\"5\"}}");
            await(closing);
        }
    }
}
