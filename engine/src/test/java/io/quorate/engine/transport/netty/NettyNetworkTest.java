package io.quorate.engine.transport.netty;

import static io.quorate.engine.transport.netty.NettyFixture.LIMITS;
import static io.quorate.engine.transport.netty.NettyFixture.ONE;
import static io.quorate.engine.transport.netty.NettyFixture.TWO;
import static io.quorate.engine.transport.netty.NettyFixture.await;
import static io.quorate.engine.transport.netty.NettyFixture.counters;
import static io.quorate.engine.transport.netty.NettyFixture.loopback;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.quorate.core.EntryId;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.FrameCodec;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.engine.transport.RandomFrames;
import io.quorate.engine.transport.StorageIds;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class NettyNetworkTest {

    private final RecordingListener heardByOne = new RecordingListener();
    private final RecordingListener heardByTwo = new RecordingListener();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void framesOfAllKindsArriveInOrderBothWays(boolean best) throws Exception {
        IoEventLoopGroup group = best
                ? EventLoops.create(2, "test-network")
                : new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        try (NettyFixture fixture = new NettyFixture(group)) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            NettyNetwork two = fixture.open(TWO, heardByTwo);
            connect(one, two);
            exchange(one, TWO, heardByTwo, ONE, 101);
            exchange(two, ONE, heardByOne, TWO, 102);
            assertThat(heardByOne.received).isEmpty();
            assertThat(heardByTwo.received).isEmpty();
        }
    }

    private static void exchange(NettyNetwork sender, MemberId to, RecordingListener receiver, MemberId from, long seed)
            throws InterruptedException {
        FrameCodec codec = new FrameCodec(1 << 20);
        RandomFrames sent = new RandomFrames(seed, 20_000);
        RandomFrames expected = new RandomFrames(seed, 20_000);
        for (int batch = 0; batch < 30; batch++) {
            for (int i = 0; i < 10; i++) {
                sender.send(to, sent.next());
            }
            sender.flush();
            for (int i = 0; i < 10; i++) {
                RecordingListener.Received received = receiver.awaitFrame();
                assertThat(received.from()).isEqualTo(from);
                assertThat(encode(codec, received.frame())).isEqualTo(encode(codec, expected.next()));
            }
        }
    }

    private static ByteBuffer encode(FrameCodec codec, PeerFrame frame) {
        ByteBuffer out = ByteBuffer.allocate(codec.size(frame));
        codec.encode(frame, out);
        return out.flip();
    }

    @Test
    void theCountersAddUp() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            NettyNetwork two = fixture.open(TWO, heardByTwo);
            connect(one, two);
            long sentBefore = counters(one, TWO).framesSent().sum();
            one.send(TWO, frame(1));
            one.send(TWO, frame(2));
            one.flush();
            heardByTwo.awaitFrame();
            heardByTwo.awaitFrame();
            var sent = counters(one, TWO);
            var received = counters(two, ONE);
            assertThat(sent.framesSent().sum()).isEqualTo(sentBefore + 2);
            assertThat(received.framesReceived().sum())
                    .isEqualTo(sent.framesSent().sum());
            assertThat(received.bytesReceived().sum())
                    .isEqualTo(sent.bytesSent().sum());
        }
    }

    @Test
    void aPeerThatRestartsIsReachedAgainAndTheInterruptionIsToldOnce() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            NettyNetwork two = fixture.open(TWO, heardByTwo);
            connect(one, two);
            heardByOne.unreachable.clear();
            int port = two.boundAddresses().getFirst().getPort();
            for (int restart = 0; restart < 5; restart++) {
                two.close();
                assertThat(heardByOne.awaitUnreachable()).isEqualTo(TWO);
                one.send(TWO, frame(0));
                one.flush();
                heardByTwo.received.clear();
                two = fixture.open(TWO, port, Map.of(ONE, one.boundAddresses()), LIMITS, heardByTwo);
                awaitPath(one, TWO, heardByTwo);
                awaitPath(two, ONE, heardByOne);
                assertThat(heardByOne.unreachable).isEmpty();
            }
        }
    }

    @Test
    void aPeerThatIsNotThereYetIsReportedOnceAndReachedWhenItComes() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            int port = FreePorts.find(1).getFirst();
            NettyNetwork one = fixture.open(ONE, 0, Map.of(TWO, List.of(loopback(port))), LIMITS, heardByOne);
            for (int i = 0; i < 10; i++) {
                one.send(TWO, frame(i));
                one.flush();
            }
            assertThat(heardByOne.awaitUnreachable()).isEqualTo(TWO);
            assertThat(counters(one, TWO).framesDropped().sum()).isEqualTo(10);
            fixture.open(TWO, port, Map.of(ONE, one.boundAddresses()), LIMITS, heardByTwo);
            awaitPath(one, TWO, heardByTwo);
            assertThat(heardByOne.unreachable).isEmpty();
        }
    }

    @Test
    void theNextAddressIsTriedWhenOneDoesNotAnswer() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork two = fixture.open(TWO, heardByTwo);
            List<InetSocketAddress> addresses = List.of(
                    loopback(FreePorts.find(1).getFirst()), two.boundAddresses().getFirst());
            NettyNetwork one = fixture.open(ONE, 0, Map.of(TWO, addresses), LIMITS, heardByOne);
            two.setPeers(Map.of(ONE, one.boundAddresses()));
            awaitPath(one, TWO, heardByTwo);
        }
    }

    @Test
    void aPeerThatIsTakenOutIsDisconnectedAndRefused() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            NettyNetwork two = fixture.open(TWO, heardByTwo);
            connect(one, two);
            heardByTwo.unreachable.clear();
            one.setPeers(Map.of());
            assertThat(heardByTwo.awaitUnreachable()).isEqualTo(ONE);
            assertThat(one.counters()).isEmpty();
            try (RawPeer stranger = RawPeer.connect(one.boundAddresses().getFirst())) {
                stranger.send(new Handshake.Hello(
                        Handshake.VERSION,
                        NettyFixture.CLUSTER,
                        2,
                        1,
                        List.of(),
                        fixture.storages(TWO).own(),
                        StorageIds.UNKNOWN));
                assertThat(stranger.readAnswer().code()).isEqualTo(Handshake.Refusal.UNKNOWN_SENDER.code());
            }
            one.setPeers(Map.of(TWO, two.boundAddresses()));
            awaitPath(one, TWO, heardByTwo);
            awaitPath(two, ONE, heardByOne);
        }
    }

    @Test
    void aPortInUseIsSaidInOneSentenceThatNamesTheAddress() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            int port = one.boundAddresses().getFirst().getPort();
            assertThatThrownBy(() -> fixture.open(TWO, port, Map.of(), LIMITS, heardByTwo))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + port + ": the port is in use");
        }
    }

    @Test
    void severalAddressesAreListenedOn() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            var options = new NettyOptions(
                    ONE,
                    NettyFixture.CLUSTER,
                    List.of(loopback(0), loopback(0)),
                    Map.of(),
                    LIMITS,
                    StorageIds.inMemory());
            try (NettyNetwork one = NettyNetwork.open(options, fixture.group, heardByOne, fixture.allocator)) {
                assertThat(one.boundAddresses()).hasSize(2);
                for (InetSocketAddress address : one.boundAddresses()) {
                    try (RawPeer peer = RawPeer.connect(address)) {
                        peer.send(RawPeer.hello(2, 1));
                        assertThat(peer.readAnswer().member()).isEqualTo(ONE.value());
                    }
                }
            }
        }
    }

    @Test
    void aFrameThatNoPeerWouldTakeIsRefusedAtOnce() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            NettyNetwork two = fixture.open(TWO, heardByTwo);
            connect(one, two);
            PeerFrame large = new PeerFrame.Forward(0, 1, 1, List.of(ByteBuffer.allocate(1 << 20)));
            assertThatThrownBy(() -> one.send(TWO, large)).isInstanceOf(IllegalArgumentException.class);
            awaitPath(one, TWO, heardByTwo);
        }
    }

    @Test
    void afterCloseNothingIsSentAndNothingIsHeard() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            NettyNetwork two = fixture.open(TWO, heardByTwo);
            connect(one, two);
            for (int i = 0; i < 1_000; i++) {
                two.send(ONE, frame(i));
                one.send(TWO, frame(i));
            }
            two.flush();
            one.close();
            int heard = heardByOne.received.size();
            one.send(TWO, frame(1));
            one.flush();
            one.setPeers(Map.of(TWO, two.boundAddresses()));
            two.close();
            assertThat(heardByOne.received).hasSize(heard);
            assertThat(one.counters()).isEmpty();
            one.close();
        }
    }

    private void connect(NettyNetwork one, NettyNetwork two) throws InterruptedException {
        one.setPeers(Map.of(ONE, one.boundAddresses(), TWO, two.boundAddresses()));
        two.setPeers(Map.of(ONE, one.boundAddresses(), TWO, two.boundAddresses()));
        awaitPath(one, TWO, heardByTwo);
        awaitPath(two, ONE, heardByOne);
        heardByOne.unreachable.clear();
        heardByTwo.unreachable.clear();
    }

    /** Sends until a frame arrives; leaves none behind. */
    private static void awaitPath(NettyNetwork sender, MemberId to, RecordingListener receiver)
            throws InterruptedException {
        var sent = counters(sender, to).framesSent();
        long before = sent.sum();
        await("frames are sent to " + to, () -> {
            sender.send(to, frame(-1));
            sender.flush();
            return sent.sum() > before;
        });
        PeerFrame last = frame(Long.MIN_VALUE);
        sender.send(to, last);
        sender.flush();
        PeerFrame next = receiver.awaitFrame().frame();
        while (!next.equals(last)) {
            next = receiver.awaitFrame().frame();
        }
    }

    private static PeerFrame frame(long number) {
        return new PeerFrame.Forwarded(0, number, 1, EntryId.ORIGIN);
    }
}
