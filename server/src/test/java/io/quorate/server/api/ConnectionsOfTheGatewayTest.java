package io.quorate.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ServerInterceptors;
import io.grpc.stub.StreamObserver;
import io.quorate.server.gateway.JsonGateway;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import io.quorate.server.wire.ClientListener;
import io.quorate.server.wire.ClientListenerOptions;
import io.quorate.server.wire.EventLoops;
import io.quorate.server.wire.ListenUrl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Services know the clients of the JSON gateway apart, by their connections. */
class ConnectionsOfTheGatewayTest {

    private final List<Object> seen = new CopyOnWriteArrayList<>();

    private final class Kv extends KVGrpc.KVImplBase {

        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> call) {
            seen.add(Connections.current().orElseThrow());
            call.onNext(RangeResponse.getDefaultInstance());
            call.onCompleted();
        }
    }

    @Test
    void eachHttpConnectionIsOneOfItsOwnWhateverItsClientClaims() throws Exception {
        ClientListenerOptions options = ClientListenerOptions.defaults();
        var services = List.of(ServerInterceptors.intercept(new Kv(), new Connections()));
        try (EventLoops eventLoops = EventLoops.open(1);
                JsonGateway gateway = JsonGateway.start(services, options.maxMessageBytes());
                ClientListener listener = ClientListener.start(
                        List.of(new ListenUrl("127.0.0.1", 0)),
                        eventLoops,
                        options,
                        services,
                        () -> List.of(gateway.newHandler()));
                Socket one = connect(listener);
                Socket other = connect(listener)) {
            ask(one, "mine");
            ask(other, "mine");
            ask(one, "another");
        }

        assertThat(seen).hasSize(3);
        assertThat(seen.get(0)).isEqualTo(seen.get(2)).isNotEqualTo(seen.get(1));
    }

    private static Socket connect(ClientListener listener) throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(),
                listener.addresses().getFirst().getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void ask(Socket socket, String claim) throws IOException {
        socket.getOutputStream()
                .write(("POST /v3/kv/range HTTP/1.1\r\nGrpc-Metadata-Grpc-Relayed-Connection: " + claim
                                + "\r\nContent-Length: 2\r\n\r\n{}")
                        .getBytes(StandardCharsets.US_ASCII));
        StringBuilder answer = new StringBuilder();
        while (!answer.toString().endsWith("\r\n\r\n{}")) {
            int next = socket.getInputStream().read();
            assertThat(next).as(answer.toString()).isNotNegative();
            answer.append((char) next);
        }
    }
}
