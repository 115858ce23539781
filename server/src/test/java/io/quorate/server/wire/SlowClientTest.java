package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.WatchGrpc;
import io.quorate.server.proto.etcdserverpb.WatchRequest;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients of HTTP/2 that begin something and do not go on with it, take nothing, or do nothing at all. */
@Timeout(60)
class SlowClientTest {

    private static final String RANGE = "etcdserverpb.KV/Range";
    private static final Duration SHORT = Duration.ofMillis(100);

    private final EventLoops eventLoops = EventLoops.open(1);
    private final Watches watches = new Watches();
    private final Queue<Limit> told = new ConcurrentLinkedQueue<>();
    private Optional<ClientListener> listener = Optional.empty();

    @AfterEach
    void close() {
        listener.ifPresent(ClientListener::close);
        eventLoops.close();
    }

    private InetSocketAddress listen(ClientListenerOptions options) throws IOException {
        ClientListener started = ClientListener.start(
                List.of(new ListenUrl("127.0.0.1", 0)),
                eventLoops,
                options,
                Optional.empty(),
                (limit, what) -> told.add(limit),
                List.of(new EchoService().bindService(), watches.bindService()),
                List::of);
        listener = Optional.of(started);
        return started.addresses().getFirst();
    }

    private void assertCutOff(RawHttp2 client, Limit limit) throws Exception {
        assertThat(client.awaitEnd()).hasValue(Http2Error.ENHANCE_YOUR_CALM.code());
        assertThat(told).containsExactly(limit);
    }

    @Test
    void aPrefaceThatNothingFollows() throws Exception {
        InetSocketAddress address = listen(PortLimits.withStallTimeout(SHORT));
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(ByteBufUtil.getBytes(Http2CodecUtil.connectionPrefaceBuf()));

            assertThat(socket.getInputStream().readAllBytes()).isNotEmpty();
            assertThat(told).containsExactly(Limit.SLOW_REQUEST);
        }
    }

    @Test
    void headersThatDoNotEndInTime() throws Exception {
        try (RawHttp2 client = RawHttp2.connect(listen(PortLimits.withStallTimeout(SHORT)))) {
            client.write(RawHttp2.frame(RawHttp2.HEADERS, 0, 1, RawHttp2.callOf(RANGE)));

            assertCutOff(client, Limit.SLOW_REQUEST);
        }
    }

    @Test
    void aFrameThatDoesNotEndInTime() throws Exception {
        try (RawHttp2 client = RawHttp2.connect(listen(PortLimits.withStallTimeout(SHORT)))) {
            byte[] frame = RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.callOf(RANGE));
            client.write(Arrays.copyOf(frame, frame.length - 1));

            assertCutOff(client, Limit.SLOW_REQUEST);
        }
    }

    /** A stream that nobody reads ends alone where the connection would take more: what else goes by it is not the worse for it. */
    @Test
    void anAnswerOfWhichNothingIsTakenEndsItsCallAlone() throws Exception {
        byte[] noWindow = {0, 4, 0, 0, 0, 0};
        try (RawHttp2 client = RawHttp2.connect(listen(PortLimits.withStallTimeout(SHORT)), noWindow)) {
            client.write(call(1));
            while (client.resets() == 0) {
                assertThat(client.isOpenFor(10)).isTrue();
            }
            assertThat(told).containsExactly(Limit.STALLED_READER);
            assertThat(client.dataBytesRead()).isZero();

            client.write(call(3));
            client.write(RawHttp2.frame(RawHttp2.WINDOW_UPDATE, 0, 3, RawHttp2.integer(100_000)));
            while (client.dataBytesRead() == 0) {
                assertThat(client.isOpenFor(10)).isTrue();
            }
            assertThat(told).hasSize(1);
        }
    }

    /** Else a service would keep what belongs to the call as long as the connection lasts. */
    @Test
    void whoeverMakesWhatNobodyTakesIsToldOfTheEnd() throws Exception {
        byte[] noWindow = {0, 4, 0, 0, 0, 0};
        try (RawHttp2 client = RawHttp2.connect(listen(PortLimits.withStallTimeout(SHORT)), noWindow)) {
            client.write(RawHttp2.frame(
                    RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.callOf("etcdserverpb.Watch/Watch")));
            client.write(RawHttp2.frame(RawHttp2.DATA, 0, 1, RawHttp2.message(new byte[0])));

            assertThat(watches.cancelled.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(client.hasEnded()).isFalse();
        }
    }

    /** Says something on each watch, and waits for its end. */
    private static final class Watches extends WatchGrpc.WatchImplBase {
        private final CountDownLatch cancelled = new CountDownLatch(1);

        @Override
        public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> answers) {
            ((ServerCallStreamObserver<WatchResponse>) answers).setOnCancelHandler(cancelled::countDown);
            return new StreamObserver<>() {
                @Override
                public void onNext(WatchRequest request) {
                    answers.onNext(WatchResponse.newBuilder()
                            .setCancelReason("x".repeat(1000))
                            .build());
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {}
            };
        }
    }

    /** The first answer takes up all that the connection may be sent. */
    @Test
    void aConnectionThatTakesNothingIsCutOff() throws Exception {
        byte[] largeWindow = {0, 4, 0, 1, 0, 0};
        try (RawHttp2 client = RawHttp2.connect(listen(PortLimits.withStallTimeout(SHORT)), largeWindow)) {
            client.write(call(1, 16_000));
            client.write(call(3, 16_000));
            client.write(call(5, 16_000));

            assertCutOff(client, Limit.STALLED_READER);
        }
    }

    /** It makes progress in each period, however little. */
    @Test
    void whoeverTakesSlowlyIsLeftAlone() throws Exception {
        byte[] noWindow = {0, 4, 0, 0, 0, 0};
        try (RawHttp2 client = RawHttp2.connect(listen(PortLimits.withStallTimeout(SHORT.multipliedBy(5))), noWindow)) {
            client.write(call(1));
            for (int i = 0; i < 8; i++) {
                client.write(RawHttp2.frame(RawHttp2.WINDOW_UPDATE, 0, 1, RawHttp2.integer(1)));
                assertThat(client.isOpenFor(200)).isTrue();
            }
            assertThat(told).isEmpty();
            client.write(RawHttp2.frame(RawHttp2.WINDOW_UPDATE, 0, 1, RawHttp2.integer(100_000)));
            while (client.headersRead() < 2) {
                assertThat(client.isOpenFor(1)).isTrue();
            }
            assertThat(client.dataBytesRead()).isGreaterThan(1000);
        }
    }

    @Test
    void whoeverDoesNothingIsLeftAloneUntilItIsIdleForTooLong() throws Exception {
        try (RawHttp2 quiet = RawHttp2.connect(listen(PortLimits.withStallTimeout(SHORT)))) {
            assertThat(quiet.isOpenFor(1000)).isTrue();
        }
        listener.orElseThrow().close();
        try (RawHttp2 idle = RawHttp2.connect(listen(PortLimits.withMaxIdle(SHORT)))) {
            assertThat(idle.awaitEnd()).hasValue(Http2Error.NO_ERROR.code());
        }
        assertThat(told).isEmpty();
    }

    /** A second is the shortest time that gRPC takes for one. */
    @Test
    void aWatchThatWaitsIsNotIdle() throws Exception {
        try (RawHttp2 client = RawHttp2.connect(listen(PortLimits.withMaxIdle(SHORT)))) {
            client.write(RawHttp2.frame(
                    RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.callOf("grpc.health.v1.Health/Watch")));
            client.write(RawHttp2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, RawHttp2.message(new byte[0])));

            assertThat(client.isOpenFor(3000)).isTrue();
        }
    }

    private static byte[] call(int stream) {
        return call(stream, 1000);
    }

    /** The answer has the key twice. */
    private static byte[] call(int stream, int keyBytes) {
        RangeRequest request = RangeRequest.newBuilder()
                .setKey(ByteString.copyFrom(new byte[keyBytes]))
                .build();
        return RawHttp2.concat(
                RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, RawHttp2.callOf(RANGE)),
                RawHttp2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, stream, RawHttp2.message(request.toByteArray())));
    }
}
