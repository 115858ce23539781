package io.quorate.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.netty.channel.embedded.EmbeddedChannel;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import io.quorate.server.wire.WorkUnderWay;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** However a call fails: the work at its request has an end. */
class GatewayWorkTest {

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final AtomicInteger ended = new AtomicInteger();
    private final GatewayWork work = new GatewayWork();
    private final List<ServerCall<RangeRequest, RangeResponse>> served = new ArrayList<>();

    /** What every answer and every end of a call fails with. */
    private static final class NoMemory extends Error {
        private static final long serialVersionUID = 1L;
    }

    private static final class Failing extends ServerCall<RangeRequest, RangeResponse> {

        @Override
        public void request(int messages) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(RangeResponse message) {
            throw new NoMemory();
        }

        @Override
        public void close(Status status, Metadata trailers) {
            throw new NoMemory();
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<RangeRequest, RangeResponse> getMethodDescriptor() {
            return KVGrpc.getRangeMethod();
        }
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private ServerCall.Listener<RangeRequest> start(ServerCallHandler<RangeRequest, RangeResponse> service) {
        Metadata metadata = new Metadata();
        var unused = work.begin(metadata, WorkUnderWay.begin(channel, ended::incrementAndGet));
        return work.interceptCall(new Failing(), metadata, service);
    }

    private ServerCall.Listener<RangeRequest> start() {
        ServerCall.Listener<RangeRequest> listener = start((call, metadata) -> {
            served.add(call);
            return new ServerCall.Listener<>() {};
        });
        listener.onHalfClose();
        assertThat(ended).hasValue(0);
        return listener;
    }

    @Test
    void oneThatCannotBeAnsweredHasEnded() {
        var unused = start();
        assertThatThrownBy(() -> served.getFirst().sendMessage(RangeResponse.getDefaultInstance()))
                .isInstanceOf(NoMemory.class);
        assertThat(ended).hasValue(1);
    }

    @Test
    void oneThatCannotBeEndedHasEnded() {
        var unused = start();
        assertThatThrownBy(() -> served.getFirst().close(Status.OK, new Metadata()))
                .isInstanceOf(NoMemory.class);
        assertThat(ended).hasValue(1);
    }

    @Test
    void oneThatIsNotBegunHasEnded() {
        assertThatThrownBy(() -> start((call, metadata) -> {
                    throw new IllegalStateException("a service that fails");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(ended).hasValue(1);
    }

    @Test
    void oneThatIsEndedForTheServiceHasEnded() {
        start().onComplete();
        assertThat(ended).hasValue(1);
    }
}
