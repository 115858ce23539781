package io.quorate.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import io.quorate.server.wire.ClientListener;
import io.quorate.server.wire.ClientListenerOptions;
import io.quorate.server.wire.EventLoops;
import io.quorate.server.wire.Limit;
import io.quorate.server.wire.ListenUrl;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests of HTTP/1.1 take up room until they are worked at no more, whether or not their clients wait for that. */
@Timeout(60)
class WorkOfTheGatewayTest {

    private static final long LIMIT = 4L << 20;
    private static final int VALUE_BYTES = 600_000;

    private final Queue<Limit> told = new ConcurrentLinkedQueue<>();
    private final Queue<StreamObserver<PutResponse>> kept = new ConcurrentLinkedQueue<>();
    private final AtomicLong keptBytes = new AtomicLong();
    private final EventLoops eventLoops = EventLoops.open(1);
    private final JsonGateway gateway;
    private final ClientListener listener;

    /** Leaves writes unanswered until it is told to, and refuses reads at once. */
    private final class Kv extends KVGrpc.KVImplBase {

        @Override
        public void put(PutRequest request, StreamObserver<PutResponse> call) {
            keptBytes.addAndGet(request.getSerializedSize());
            kept.add(call);
        }

        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> call) {
            throw new IllegalStateException("a service that fails");
        }
    }

    WorkOfTheGatewayTest() throws IOException {
        ClientListenerOptions defaults = ClientListenerOptions.defaults();
        ClientListenerOptions options = new ClientListenerOptions(
                defaults.maxRequestBytes(),
                defaults.connections(),
                defaults.prefaceTimeout(),
                defaults.httpRequestTimeout(),
                defaults.stallTimeout(),
                LIMIT,
                defaults.maxUntakenBytes());
        gateway = JsonGateway.start(List.of(new Kv().bindService()), options.maxMessageBytes());
        listener = ClientListener.start(
                List.of(new ListenUrl("127.0.0.1", 0)),
                eventLoops,
                options,
                Optional.empty(),
                (limit, what) -> told.add(limit),
                List.of(),
                () -> List.of(gateway.newHandler()));
    }

    @AfterEach
    void close() {
        listener.close();
        gateway.close();
        eventLoops.close();
    }

    private Socket ask(String path, String body) throws IOException {
        InetSocketAddress address = listener.addresses().getFirst();
        Socket socket = new Socket(address.getAddress(), address.getPort());
        String request =
                "POST " + path + " HTTP/1.1\r\nhost: x\r\ncontent-length: " + body.length() + "\r\n\r\n" + body;
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** A client that asks, and closes its connection without an answer. */
    private void putAndLeaveOnce(BooleanSupplier condition) throws IOException {
        Socket client = ask("/v3/kv/put", "{\"value\":\"" + "A".repeat(VALUE_BYTES * 4 / 3) + "\"}");
        try {
            await(condition);
        } finally {
            client.close();
        }
    }

    @Test
    void whoeverLeavesHasItsRequestsWorkedAtStillAndMayNotHaveMoreOfThat() throws Exception {
        for (int client = 1; client <= 20; client++) {
            int clients = client;
            putAndLeaveOnce(() -> kept.size() + told.size() == clients);
        }
        assertThat(keptBytes.get()).isBetween(LIMIT / 2, LIMIT);
        assertThat(told).containsOnly(Limit.REQUEST_BYTES);

        int before = kept.size();
        kept.forEach(call -> call.onError(Status.UNAVAILABLE.asRuntimeException()));
        putAndLeaveOnce(() -> kept.size() == before + 1);
    }

    /** Whatever becomes of a request: its room is given back. */
    @Test
    void whatIsOverTakesUpNothing() throws Exception {
        String large = "\"key\":\"" + "A".repeat(VALUE_BYTES * 4 / 3) + "\"";
        for (int client = 0; client < 20; client++) {
            for (String body :
                    List.of("{" + large + "}", "{" + large + ",\"nonsense\":1}", "{" + large + "} and more")) {
                try (Socket socket = ask("/v3/kv/range", body)) {
                    assertThat(socket.getInputStream().read()).isEqualTo('H');
                }
            }
        }
        assertThat(told).isEmpty();
        putAndLeaveOnce(() -> kept.size() == 1);
    }
}
