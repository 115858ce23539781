package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that send what is not a protocol of the port, or send it too slowly. */
class BrokenClientTest {

    private static final int SOCKET_TIMEOUT_MILLIS = 20_000;
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMillis(50);

    private final EventLoops eventLoops = EventLoops.open(2);
    private ClientListener listener;

    BrokenClientTest() throws IOException {
        listener = listen(LONG, LONG);
    }

    @AfterEach
    void close() {
        listener.close();
        eventLoops.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0000\u0001\u0002",
                "\u0016\u0003\u0001\u0002\u0000\u0001",
                "get /health HTTP/1.1\r\n\r\n",
                "\r\n\r\n\r\n\r\n",
            })
    void bytesOfNoProtocolEndTheConnectionWithoutAnAnswer(String bytes) throws IOException {
        assertThat(answerTo(bytes.getBytes(StandardCharsets.ISO_8859_1))).isEmpty();
        assertOthersAreServed();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HELLO, IS ANYBODY THERE?\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
                "GET /health HTTP/1.1\r\nno colon\r\n\r\n",
                "POST / HTTP/1.1\r\ncontent-length: many\r\n\r\n",
            })
    void aBrokenHttpRequestIsAnsweredWithAnErrorAndTheEndOfTheConnection(String bytes) throws IOException {
        assertThat(answerTo((bytes + "connection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1)))
                .startsWith("HTTP/1.1 4");
        assertOthersAreServed();
    }

    @Test
    void headersAndTheFirstLineHaveBounds() throws IOException {
        String longPath = "GET /" + "x".repeat(5000) + " HTTP/1.1\r\n\r\n";
        String longHeader = "GET /health HTTP/1.1\r\nlarge: " + "x".repeat(70_000) + "\r\n\r\n";
        String manyHeaders = "GET /health HTTP/1.1\r\n" + "a: b\r\n".repeat(20_000) + "\r\n";
        for (String request : List.of(longPath, longHeader, manyHeaders)) {
            try (Socket socket = connect()) {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(socket.getInputStream().readNBytes(10), StandardCharsets.US_ASCII))
                        .isEqualTo("HTTP/1.1 4");
            }
        }
        String fits = "GET /health HTTP/1.1\r\nlarge: " + "x".repeat(60_000) + "\r\nconnection: close\r\n\r\n";
        assertThat(answerTo(fits.getBytes(StandardCharsets.US_ASCII))).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void randomBytesNeitherHurtOthersNorLeakABuffer() throws IOException {
        var leaks = new ConcurrentLinkedQueue<String>();
        ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ByteBufUtil.setLeakListener((type, records) -> leaks.add(type + records));
        try {
            sendRandomBytes(leaks);
        } finally {
            ByteBufUtil.setLeakListener(null);
            ResourceLeakDetector.setLevel(before);
        }
    }

    private void sendRandomBytes(Queue<String> leaks) throws IOException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            byte[] bytes = new byte[1 + random.nextInt(4096)];
            random.nextBytes(bytes);
            try (Socket socket = connect()) {
                socket.getOutputStream().write(bytes);
            } catch (SocketException closedByTheListener) {
                assertThat(closedByTheListener).hasMessageNotContaining("timed out");
            }
        }
        // The detector tells of a buffer when it makes the next one after the collector found it.
        System.gc();
        assertOthersAreServed();
        assertThat(leaks).as("leaks with seed %d", seed).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 23})
    void aConnectionThatDoesNotShowItsProtocolInTimeIsClosed(int prefaceBytes) throws IOException {
        listenAgain(SHORT, LONG);
        byte[] preface = preface();
        try (Socket socket = connect()) {
            socket.getOutputStream().write(preface, 0, prefaceBytes);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertOthersAreServed();
    }

    @Test
    void aPrefaceThatArrivesInPiecesStillOpensGrpc() throws IOException {
        byte[] preface = preface();
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            for (byte one : preface) {
                out.write(one);
                out.flush();
            }
            out.write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
            byte[] frameHeader = socket.getInputStream().readNBytes(9);
            assertThat(frameHeader[3]).as("type of the first frame: SETTINGS").isEqualTo((byte) 4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /hea", "POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nfive"})
    void anHttpRequestThatIsNotThereInTimeEndsTheConnection(String part) throws IOException {
        listenAgain(LONG, SHORT);
        assertThat(answerTo(part.getBytes(StandardCharsets.US_ASCII))).isEmpty();
        assertOthersAreServed();
    }

    @Test
    void anIdleHttpConnectionIsClosedAfterItsAnswers() throws IOException {
        listenAgain(LONG, SHORT);
        String twoRequests = "GET /version HTTP/1.1\r\n\r\nGET /health HTTP/1.1\r\n\r\n";
        assertThat(answerTo(twoRequests.getBytes(StandardCharsets.US_ASCII)))
                .contains("etcdcluster")
                .endsWith("{\"health\":\"true\"}");
    }

    @Test
    void aPathThatCannotBeDecodedIsAnsweredLikeAnyThatThereIsNot() throws IOException {
        listenAgain(LONG, SHORT);
        for (String path : List.of("/%zz", "/quorate/%zz", "/%")) {
            assertThat(answerTo(("GET " + path + " HTTP/1.1\r\n\r\n").getBytes(StandardCharsets.US_ASCII)))
                    .as(path)
                    .startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    void connectionsThatHaveSaidNothingDoNotHoldUpClosing() throws IOException {
        try (Socket silent = connect();
                Socket idleHttp = connect()) {
            idleHttp.getOutputStream().write("GET /health HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(idleHttp.getInputStream().read()).isEqualTo('H');

            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> listener.close(LONG));

            assertThat(silent.getInputStream().read()).isEqualTo(-1);
            idleHttp.getInputStream().transferTo(OutputStream.nullOutputStream());
        }
    }

    private void listenAgain(Duration prefaceTimeout, Duration httpRequestTimeout) throws IOException {
        listener.close();
        listener = listen(prefaceTimeout, httpRequestTimeout);
    }

    private ClientListener listen(Duration prefaceTimeout, Duration httpRequestTimeout) throws IOException {
        return ClientListener.start(
                List.of(new ListenUrl("127.0.0.1", 0)),
                eventLoops,
                PortLimits.withTimeouts(prefaceTimeout, httpRequestTimeout),
                List.of(),
                () -> List.of(new HttpPages((excluded, serializable) -> true)));
    }

    private Socket connect() throws IOException {
        InetSocketAddress address = listener.addresses().getFirst();
        var socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(SOCKET_TIMEOUT_MILLIS);
        return socket;
    }

    /** What the listener sends until it closes the connection; fails if it does not close it. */
    private String answerTo(byte[] bytes) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(bytes);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private void assertOthersAreServed() {
        ManagedChannel channel = NettyChannelBuilder.forAddress(
                        listener.addresses().getFirst())
                .usePlaintext()
                .build();
        try {
            assertThat(HealthGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(10, TimeUnit.SECONDS)
                            .check(HealthCheckRequest.getDefaultInstance()))
                    .isNotNull();
        } finally {
            channel.shutdownNow();
        }
    }

    private static byte[] preface() {
        return ByteBufUtil.getBytes(Http2CodecUtil.connectionPrefaceBuf());
    }
}
