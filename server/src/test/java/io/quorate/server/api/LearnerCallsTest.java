package io.quorate.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.quorate.server.proto.etcdserverpb.DefragmentRequest;
import io.quorate.server.proto.etcdserverpb.DefragmentResponse;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.proto.etcdserverpb.StatusResponse;
import io.quorate.server.proto.etcdserverpb.WatchGrpc;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A learner serves its status and serializable reads, and a voter everything. */
class LearnerCallsTest {

    private final AtomicBoolean learner = new AtomicBoolean(true);
    private Server server;
    private ManagedChannel channel;

    private static final class Keys extends KVGrpc.KVImplBase {
        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> call) {
            call.onNext(RangeResponse.newBuilder().setCount(7).build());
            call.onCompleted();
        }

        @Override
        public void put(PutRequest request, StreamObserver<PutResponse> call) {
            call.onNext(PutResponse.getDefaultInstance());
            call.onCompleted();
        }
    }

    private static final class Member extends MaintenanceGrpc.MaintenanceImplBase {
        @Override
        public void status(StatusRequest request, StreamObserver<StatusResponse> call) {
            call.onNext(StatusResponse.newBuilder().setIsLearner(true).build());
            call.onCompleted();
        }

        @Override
        public void defragment(DefragmentRequest request, StreamObserver<DefragmentResponse> call) {
            call.onNext(DefragmentResponse.getDefaultInstance());
            call.onCompleted();
        }
    }

    @BeforeEach
    void start() throws IOException {
        LearnerCalls calls = new LearnerCalls(learner::get);
        server = InProcessServerBuilder.forName("learner")
                .directExecutor()
                .addService(ServerInterceptors.intercept(new Keys(), calls))
                .addService(ServerInterceptors.intercept(new Member(), calls))
                .addService(ServerInterceptors.intercept(new WatchGrpc.WatchImplBase() {}, calls))
                .build()
                .start();
        channel = InProcessChannelBuilder.forName("learner").directExecutor().build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(StatusRuntimeException.class)
                .satisfies(failure -> assertThat(
                                ((StatusRuntimeException) failure).getStatus().getDescription())
                        .isEqualTo(EtcdError.NOT_SUPPORTED_FOR_LEARNER.message()));
    }

    private RangeResponse range(boolean serializable) {
        return KVGrpc.newBlockingStub(channel)
                .range(RangeRequest.newBuilder().setSerializable(serializable).build());
    }

    @Test
    void itsStatusAndSerializableReadsAreServed() {
        assertThat(range(true).getCount()).isEqualTo(7);
        assertThat(MaintenanceGrpc.newBlockingStub(channel)
                        .status(StatusRequest.getDefaultInstance())
                        .getIsLearner())
                .isTrue();
    }

    @Test
    void everythingElseIsRefused() throws Exception {
        assertRefused(() -> range(false));
        assertRefused(() -> KVGrpc.newBlockingStub(channel).put(PutRequest.getDefaultInstance()));
        assertRefused(
                () -> MaintenanceGrpc.newBlockingStub(channel).defragment(DefragmentRequest.getDefaultInstance()));
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        var unused = WatchGrpc.newStub(channel).watch(new StreamObserver<WatchResponse>() {
            @Override
            public void onNext(WatchResponse response) {}

            @Override
            public void onError(Throwable failure) {
                ended.complete(failure);
            }

            @Override
            public void onCompleted() {}
        });
        Throwable failure = ended.get(30, TimeUnit.SECONDS);
        assertRefused(() -> {
            throw failure;
        });
    }

    @Test
    void aVoterServesEverything() {
        learner.set(false);
        assertThat(range(false).getCount()).isEqualTo(7);
        assertThat(KVGrpc.newBlockingStub(channel).put(PutRequest.getDefaultInstance()))
                .isEqualTo(PutResponse.getDefaultInstance());
    }
}
