package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** However many connections send however much: what a port keeps of requests has a bound, and small ones are served meanwhile. */
@Timeout(120)
class RequestBoundsTest {

    private static final int MEGA = 1 << 20;
    private static final long LIMIT = 32L * MEGA;
    private static final int CONNECTIONS = 8;
    private static final int CALLS = 10;

    private final EventLoops eventLoops = EventLoops.open(2);
    private final Queue<Limit> told = new ConcurrentLinkedQueue<>();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final Keeping keeping = new Keeping();
    private Optional<ClientListener> listener = Optional.empty();

    /** Answers reads, and leaves writes unanswered until it is told to. */
    private static final class Keeping extends KVGrpc.KVImplBase {
        private final EchoService echo = new EchoService();
        private final AtomicLong bytes = new AtomicLong();
        private final Queue<StreamObserver<PutResponse>> kept = new ConcurrentLinkedQueue<>();

        @Override
        public void put(PutRequest request, StreamObserver<PutResponse> answer) {
            bytes.addAndGet(request.getSerializedSize());
            kept.add(answer);
        }

        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
            echo.range(request, answer);
        }
    }

    @AfterEach
    void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        listener.ifPresent(open -> open.close(Duration.ZERO));
        eventLoops.close();
    }

    private InetSocketAddress listen(ClientListenerOptions options) throws IOException {
        ClientListener started = ClientListener.start(
                List.of(new ListenUrl("127.0.0.1", 0)),
                eventLoops,
                options,
                Optional.empty(),
                (limit, what) -> told.add(limit),
                List.of(keeping.bindService()),
                List::of);
        listener = Optional.of(started);
        return started.addresses().getFirst();
    }

    private KVGrpc.KVStub connect(InetSocketAddress address) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(address).usePlaintext().build();
        channels.add(channel);
        return KVGrpc.newStub(channel);
    }

    private static void assertServed(InetSocketAddress address) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(address).usePlaintext().build();
        try {
            assertThat(KVGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(20, TimeUnit.SECONDS)
                            .range(RangeRequest.getDefaultInstance())
                            .getCount())
                    .isEqualTo(1);
        } finally {
            channel.shutdownNow();
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** How calls have ended. */
    private static final class Ends implements StreamObserver<PutResponse> {
        private final AtomicLong answered = new AtomicLong();
        private final Queue<Status.Code> refused = new ConcurrentLinkedQueue<>();

        @Override
        public void onNext(PutResponse response) {
            answered.incrementAndGet();
        }

        @Override
        public void onError(Throwable failure) {
            refused.add(Status.fromThrowable(failure).getCode());
        }

        @Override
        public void onCompleted() {}
    }

    @Test
    void whatIsUnderWayHasABoundAndTheRestIsRefusedUntilThereIsRoom() throws Exception {
        InetSocketAddress address = listen(PortLimits.withMaxUnfinishedBytes(LIMIT));
        PutRequest large = PutRequest.newBuilder()
                .setValue(ByteString.copyFrom(new byte[MEGA]))
                .build();
        Ends ends = new Ends();
        for (int connection = 0; connection < CONNECTIONS; connection++) {
            KVGrpc.KVStub stub = connect(address);
            for (int call = 0; call < CALLS; call++) {
                stub.put(large, ends);
            }
        }

        await(() -> keeping.kept.size() + ends.refused.size() == CONNECTIONS * CALLS);
        assertThat(keeping.bytes.get()).isBetween(LIMIT / 2, LIMIT);
        assertThat(ends.refused).isNotEmpty().containsOnly(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(told).containsOnly(Limit.REQUEST_BYTES);
        assertServed(address);

        int kept = keeping.kept.size();
        for (StreamObserver<PutResponse> call : keeping.kept) {
            call.onNext(PutResponse.getDefaultInstance());
            call.onCompleted();
        }
        await(() -> ends.answered.get() == kept);
        connect(address).put(large, ends);
        await(() -> keeping.kept.size() == kept + 1);
    }

    /** A request that is whole counts until the client has said that no other follows, since it is kept until then. */
    @Test
    void requestsWithoutAnEndHaveABoundToo() throws Exception {
        InetSocketAddress address = listen(PortLimits.withMaxUnfinishedBytes(LIMIT));
        byte[] message = RawHttp2.message(PutRequest.newBuilder()
                .setValue(ByteString.copyFrom(new byte[MEGA]))
                .build()
                .toByteArray());
        byte[] headers = RawHttp2.callOf("etcdserverpb.KV/Put");
        List<RawHttp2> clients = new ArrayList<>();
        try {
            for (int connection = 0; connection < CONNECTIONS; connection++) {
                RawHttp2 client = RawHttp2.connect(address);
                clients.add(client);
                for (int call = 0; call < CALLS; call++) {
                    client.write(RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2 * call + 1, headers));
                    for (int at = 0; at < message.length; at += 16_000) {
                        byte[] piece = Arrays.copyOfRange(message, at, Math.min(at + 16_000, message.length));
                        client.write(RawHttp2.frame(RawHttp2.DATA, 0, 2 * call + 1, piece));
                    }
                }
            }
            await(() -> clients.stream().mapToLong(RawHttp2::headersRead).sum() >= CONNECTIONS * CALLS - LIMIT / MEGA);
            assertThat(told).containsOnly(Limit.REQUEST_BYTES);
            assertThat(keeping.kept).isEmpty();
            assertServed(address);
        } finally {
            clients.forEach(RawHttp2::close);
        }
    }

    /** Of clients that take nothing, those lose their answers that have taken nothing for longest. */
    @Test
    void whatIsNotTakenHasABound() throws Exception {
        // An answer has the key twice.
        assertThatAnswersHaveABound(MEGA);
    }

    /** gRPC keeps an answer of up to a megabyte until the call has ended, and calls it taken meanwhile. */
    @Test
    void whatIsNotTakenHasABoundIfEachIsSmallerThanAMegabyteToo() throws Exception {
        assertThatAnswersHaveABound(450_000);
    }

    private void assertThatAnswersHaveABound(int keyBytes) throws Exception {
        InetSocketAddress address = listen(PortLimits.withMaxUntakenBytes(LIMIT));
        byte[] noWindow = {0, 4, 0, 0, 0, 0};
        byte[] message = RawHttp2.message(RangeRequest.newBuilder()
                .setKey(ByteString.copyFrom(new byte[keyBytes]))
                .build()
                .toByteArray());
        byte[] headers = RawHttp2.callOf("etcdserverpb.KV/Range");
        List<RawHttp2> clients = new ArrayList<>();
        try {
            for (int connection = 0; connection < CONNECTIONS; connection++) {
                RawHttp2 client = RawHttp2.connect(address, noWindow);
                clients.add(client);
                for (int call = 0; call < CALLS; call++) {
                    client.write(RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2 * call + 1, headers));
                    send(client, 2 * call + 1, message);
                }
            }
            long kept = LIMIT / (2L * keyBytes);
            await(() -> clients.stream().mapToLong(RawHttp2::resets).sum() >= CONNECTIONS * CALLS - kept);
            assertThat(told).containsOnly(Limit.ANSWER_BYTES);
            assertThat(clients).noneMatch(RawHttp2::hasEnded);
            assertServed(address);
        } finally {
            clients.forEach(RawHttp2::close);
        }
    }

    /** A command may be in the log already: whoever resets his calls has it worked at still, and may not have more of that. */
    @Test
    void whatIsResetIsUnderWayUntilItHasEnded() throws Exception {
        InetSocketAddress address = listen(PortLimits.withMaxUnfinishedBytes(LIMIT));
        byte[] message = RawHttp2.message(PutRequest.newBuilder()
                .setValue(ByteString.copyFrom(new byte[MEGA]))
                .build()
                .toByteArray());
        byte[] headers = RawHttp2.callOf("etcdserverpb.KV/Put");
        int most = (int) (LIMIT / 2 / MEGA);
        try (RawHttp2 client = RawHttp2.connect(address)) {
            for (int call = 0; call < 3 * most; call++) {
                client.write(RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2 * call + 1, headers));
                send(client, 2 * call + 1, message);
                int begun = call + 1;
                await(() -> keeping.kept.size() + told.size() == begun);
                client.write(RawHttp2.frame(RawHttp2.RST_STREAM, 0, 2 * call + 1, RawHttp2.integer(8)));
            }
            assertThat(keeping.bytes.get()).isBetween(LIMIT / 4, LIMIT / 2);
            assertThat(told).containsOnly(Limit.REQUEST_BYTES);

            // Nobody waits for these answers any more, and yet their requests have ended.
            for (StreamObserver<PutResponse> call : keeping.kept) {
                call.onError(Status.UNAVAILABLE.asRuntimeException());
            }
            int kept = keeping.kept.size();
            Ends ends = new Ends();
            connect(address)
                    .put(
                            PutRequest.newBuilder()
                                    .setValue(ByteString.copyFrom(new byte[MEGA]))
                                    .build(),
                            ends);
            await(() -> keeping.kept.size() == kept + 1);
        }
        assertServed(address);
    }

    private static void send(RawHttp2 client, int stream, byte[] message) throws IOException {
        for (int at = 0; at < message.length; at += 16_000) {
            int end = Math.min(at + 16_000, message.length);
            client.write(RawHttp2.frame(
                    RawHttp2.DATA,
                    end == message.length ? RawHttp2.END_STREAM : 0,
                    stream,
                    Arrays.copyOfRange(message, at, end)));
        }
    }

    @Test
    void aRequestThatTricklesInIsEnded() throws Exception {
        InetSocketAddress address = listen(PortLimits.withStallTimeout(Duration.ofMillis(200)));
        try (RawHttp2 client = RawHttp2.connect(address)) {
            client.write(RawHttp2.frame(
                    RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.callOf("etcdserverpb.KV/Range")));
            client.write(RawHttp2.frame(RawHttp2.DATA, 0, 1, new byte[] {0, 0, 0, 0, 100}));
            while (client.headersRead() == 0) {
                client.write(RawHttp2.frame(RawHttp2.DATA, 0, 1, new byte[] {1}));
                assertThat(client.isOpenFor(20)).isTrue();
            }
            assertThat(told).containsExactly(Limit.SLOW_REQUEST);
        }
        assertServed(address);
    }

    /** 100 MB of zeros in 100 kB: read no further than a request may be large. */
    @Test
    void aMessageThatGetsLargeWhenItIsUnpackedIsRefused() throws Exception {
        InetSocketAddress address = listen(ClientListenerOptions.defaults());
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            // A value of 100 MB: its tag, its length, and itself.
            gzip.write(new byte[] {0x12, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x32});
            for (int i = 0; i < 100; i++) {
                gzip.write(new byte[MEGA]);
            }
        }
        try (RawHttp2 client = RawHttp2.connect(address)) {
            client.write(RawHttp2.frame(
                    RawHttp2.HEADERS,
                    RawHttp2.END_HEADERS,
                    1,
                    RawHttp2.concat(RawHttp2.callOf("etcdserverpb.KV/Put"), RawHttp2.header("grpc-encoding", "gzip"))));
            byte[] message = RawHttp2.message(true, packed.toByteArray());
            send(client, 1, message);
            await(() -> client.headersRead() > 0);
            assertThat(client.dataBytesRead()).isZero();
            assertThat(keeping.kept).isEmpty();
        }
        assertServed(address);
    }

    @Test
    void aClientOfGrpcIsToldThatItsPackedMessageIsTooLarge() throws Exception {
        InetSocketAddress address = listen(ClientListenerOptions.defaults());
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(address).usePlaintext().build();
        channels.add(channel);
        PutRequest bomb = PutRequest.newBuilder()
                .setValue(ByteString.copyFrom(new byte[20 * MEGA]))
                .build();

        assertThatThrownBy(() -> KVGrpc.newBlockingStub(channel)
                        .withCompression("gzip")
                        .withDeadlineAfter(20, TimeUnit.SECONDS)
                        .put(bomb))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
        assertThat(keeping.kept).isEmpty();
    }
}
