package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tools that know no .proto file ask the member itself. */
class ReflectionTest {

    private final EventLoops eventLoops = EventLoops.open(1);
    private final ClientListener listener;
    private final ManagedChannel channel;

    ReflectionTest() throws IOException {
        listener = ClientListener.start(
                List.of(new ListenUrl("127.0.0.1", 0)),
                eventLoops,
                ClientListenerOptions.defaults(),
                List.of(new EchoService().bindService()),
                () -> List.of(new HttpPages((excluded, serializable) -> true)));
        channel = NettyChannelBuilder.forAddress(listener.addresses().getFirst())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
        listener.close();
        eventLoops.close();
    }

    private ServerReflectionResponse ask(ServerReflectionRequest request) throws Exception {
        CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> requests = ServerReflectionGrpc.newStub(channel)
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                        answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        answer.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                });
        requests.onNext(request);
        ServerReflectionResponse response = answer.get(20, TimeUnit.SECONDS);
        requests.onCompleted();
        return response;
    }

    @Test
    void servicesAreListed() throws Exception {
        ServerReflectionResponse response =
                ask(ServerReflectionRequest.newBuilder().setListServices("").build());

        assertThat(response.getListServicesResponse().getServiceList())
                .extracting(ServiceResponse::getName)
                .contains(
                        "etcdserverpb.KV",
                        "grpc.health.v1.Health",
                        "grpc.reflection.v1.ServerReflection",
                        "grpc.reflection.v1alpha.ServerReflection");
    }

    @Test
    void aServiceIsDescribed() throws Exception {
        ServerReflectionResponse response = ask(ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol("etcdserverpb.KV")
                .build());

        ByteString file = response.getFileDescriptorResponse().getFileDescriptorProto(0);
        assertThat(FileDescriptorProto.parseFrom(file).getPackage()).isEqualTo("etcdserverpb");
    }
}
