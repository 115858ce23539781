package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Channel;
import io.grpc.Deadline;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ClusterClientTest {

    /** Nobody connects within it: a connection takes longer than the shortest time that can be told. */
    private static final Duration NO_TIME = Duration.ofMillis(1);

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final FakeCluster cluster = FakeCluster.start();

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** On a machine that has much to do, a handshake takes longer than one is willing to wait while others may answer. */
    @Test
    void theLastEndpointHasAllTheTimeThatIsLeft() throws IOException {
        try (ServerSocket silent = FreePorts.listen()) {
            List<URI> endpoints = List.of(uri("127.0.0.1:" + silent.getLocalPort()), URI.create(cluster.endpoint()));
            try (ClusterClient client = new ClusterClient(endpoints, Optional.empty(), TIMEOUT, NO_TIME)) {
                assertThat(client.read(ClusterClientTest::everything)).isEqualTo(RangeResponse.getDefaultInstance());
            }
        }
    }

    @Test
    void aSilentEndpointIsWaitedForNoLongerThanAskedFor() throws IOException {
        try (ServerSocket silent = FreePorts.listen()) {
            List<URI> endpoints = List.of(uri("127.0.0.1:" + silent.getLocalPort()));
            try (ClusterClient client =
                    new ClusterClient(endpoints, Optional.empty(), Duration.ofMillis(200), NO_TIME)) {
                assertThatThrownBy(() -> client.read(ClusterClientTest::everything))
                        .isInstanceOf(CommandFailed.class)
                        .hasMessageStartingWith("no member answers at 127.0.0.1:" + silent.getLocalPort());
            }
        }
    }

    private static RangeResponse everything(Channel channel, Deadline deadline) {
        return KVGrpc.newBlockingStub(channel)
                .withDeadline(deadline)
                .range(RangeRequest.newBuilder().build());
    }

    private static URI uri(String endpoint) {
        return URI.create("http://" + endpoint);
    }
}
