package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Channel;
import io.grpc.Deadline;
import io.grpc.Status;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import io.quorate.testing.FreePorts;
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

    /** It mends its data, restarts or learns: nothing was done, and others serve. */
    @Test
    void aMemberThatSaysToAskAnotherOneIsNotTheLastWord() {
        RangeResponse served = RangeResponse.newBuilder().setCount(7).build();
        cluster.onRange(request -> served);
        for (String refusal : List.of(
                "etcdserver: this member restarts, ask another one",
                "etcdserver: this member's state is damaged; it serves nobody until it is repaired, ask another member",
                "etcdserver: rpc not supported for learner")) {
            try (FakeCluster aside = FakeCluster.start()) {
                aside.onRange(request -> {
                    throw Status.UNAVAILABLE.withDescription(refusal).asRuntimeException();
                });
                List<URI> endpoints = List.of(URI.create(aside.endpoint()), URI.create(cluster.endpoint()));
                try (ClusterClient client = new ClusterClient(endpoints, Optional.empty(), TIMEOUT)) {
                    assertThat(client.read(ClusterClientTest::everything)).isEqualTo(served);
                    assertThat(client.write(ClusterClientTest::everything)).isEqualTo(served);
                }
                try (ClusterClient alone =
                        new ClusterClient(List.of(URI.create(aside.endpoint())), Optional.empty(), TIMEOUT)) {
                    assertThatThrownBy(() -> alone.read(ClusterClientTest::everything))
                            .isInstanceOf(CommandFailed.class)
                            .hasMessageContaining(refusal);
                }
            }
        }
    }

    /** Whether it was done is not known, so nobody else is asked for it. */
    @Test
    void aWriteThatMayHaveBeenDoneIsNotSentAgain() {
        try (FakeCluster unsure = FakeCluster.start()) {
            unsure.onRange(request -> {
                throw Status.UNAVAILABLE
                        .withDescription("etcdserver: request timed out")
                        .asRuntimeException();
            });
            List<URI> endpoints = List.of(URI.create(unsure.endpoint()), URI.create(cluster.endpoint()));
            try (ClusterClient client = new ClusterClient(endpoints, Optional.empty(), TIMEOUT)) {
                assertThatThrownBy(() -> client.write(ClusterClientTest::everything))
                        .isInstanceOfSatisfying(
                                CommandFailed.class,
                                failed -> assertThat(failed.exitCode()).isEqualTo(ExitCode.UNKNOWN_OUTCOME));
            }
            assertThat(cluster.requests()).isEmpty();
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
