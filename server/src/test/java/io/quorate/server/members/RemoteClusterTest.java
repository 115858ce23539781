package io.quorate.server.members;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.IoEventLoopGroup;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.engine.transport.StorageIds;
import io.quorate.engine.transport.netty.EventLoops;
import io.quorate.engine.transport.netty.NettyNetwork;
import io.quorate.engine.transport.netty.NettyOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a cluster is asked by one that is no member of it. */
@Timeout(60)
class RemoteClusterTest {

    private static final Network.Listener NOBODY = new Network.Listener() {
        @Override
        public void received(MemberId from, PeerFrame frame) {}

        @Override
        public void unreachable(MemberId peer) {}

        @Override
        public void removed(MemberId says) {}

        @Override
        public void disowned(MemberId says) {}
    };

    /** A password, or the removal of a member, is not for whoever listens there. */
    @ParameterizedTest
    @ValueSource(strings = {"https://127.0.0.1:1", "HTTPS://127.0.0.1:1"})
    void whatIsServedOverTlsIsNotAskedForInPlainText(String clientUrl) throws Exception {
        IoEventLoopGroup loops = EventLoops.create(1, "test-network");
        NettyOptions options = new NettyOptions(
                new MemberId(1),
                7,
                List.of(InetSocketAddress.createUnresolved("127.0.0.1", 0)),
                Map.of(),
                NettyOptions.Limits.defaults(),
                StorageIds.inMemory(),
                List.of(clientUrl),
                Optional.empty());
        try (NettyNetwork member = NettyNetwork.open(options, loops, NOBODY)) {
            URI peerUrl = URI.create(
                    "http://127.0.0.1:" + member.boundAddresses().getFirst().getPort());
            assertThatThrownBy(() -> find(peerUrl).close())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the members serve clients over TLS, at " + clientUrl)
                    .hasMessageContaining("--trusted-ca-file");
        } finally {
            loops.shutdownGracefully(0, 20, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    @Test
    void whereNobodyAnswersThatIsSaid() {
        assertThatThrownBy(() -> find(URI.create("http://127.0.0.1:1")).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no other member could be asked: nobody answers at http://127.0.0.1:1");
    }

    private static RemoteCluster find(URI peerUrl) throws IOException {
        return RemoteCluster.find(List.of(peerUrl), Duration.ofSeconds(5), Optional.empty(), Optional.empty());
    }
}
