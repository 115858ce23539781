package io.quorate.engine.transport.netty;

import static io.quorate.engine.transport.netty.NettyFixture.CLUSTER;
import static io.quorate.engine.transport.netty.NettyFixture.LIMITS;
import static io.quorate.engine.transport.netty.NettyFixture.ONE;
import static io.quorate.engine.transport.netty.NettyFixture.TWO;
import static io.quorate.engine.transport.netty.NettyFixture.await;
import static io.quorate.engine.transport.netty.NettyFixture.counters;
import static io.quorate.engine.transport.netty.NettyFixture.loopback;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.EntryId;
import io.quorate.engine.transport.FrameCodec;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.engine.transport.StorageIds;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Strangers, broken peers and slow peers, seen byte by byte. */
@Timeout(120)
class PeerPortTest {

    private final NettyFixture fixture = new NettyFixture();
    private final RecordingListener heard = new RecordingListener();
    private final ServerSocket two;

    PeerPortTest() throws IOException {
        two = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
        two.close();
    }

    private NettyNetwork openOne(NettyOptions.Limits limits) throws IOException {
        return fixture.open(ONE, 0, Map.of(TWO, List.of(loopback(two.getLocalPort()))), limits, heard);
    }

    private static Handshake.Hello hello() {
        return RawPeer.hello(2, 1);
    }

    @Test
    void aMemberOfThisClusterIsLetIn() throws Exception {
        NettyNetwork one = openOne(LIMITS);
        try (RawPeer peer = RawPeer.connect(one.boundAddresses().getFirst())) {
            peer.send(hello());
            assertThat(peer.readAnswer())
                    .isEqualTo(Handshake.Answer.accepting(
                            CLUSTER, ONE, fixture.storages(ONE).own()));
            peer.send(bytes(frame(7)));
            assertThat(heard.awaitFrame()).isEqualTo(new RecordingListener.Received(TWO, frame(7)));
        }
    }

    @Test
    void whoDoesNotBelongHereIsRefusedWithAReason() throws Exception {
        NettyNetwork one = openOne(LIMITS);
        short version = Handshake.VERSION;
        Map<Handshake.Hello, Handshake.Refusal> cases = Map.of(
                strange((short) (version - 1), CLUSTER, 2, 1), Handshake.Refusal.PROTOCOL_VERSION,
                strange((short) (version + 1), CLUSTER, 2, 1), Handshake.Refusal.PROTOCOL_VERSION,
                strange(version, 0xbad, 2, 1), Handshake.Refusal.CLUSTER,
                strange(version, CLUSTER, 1, 1), Handshake.Refusal.OWN_ID,
                strange(version, CLUSTER, 2, 3), Handshake.Refusal.RECEIVER,
                strange(version, CLUSTER, 3, 1), Handshake.Refusal.UNKNOWN_SENDER,
                strange(version, CLUSTER, 0, 1), Handshake.Refusal.UNKNOWN_SENDER);
        for (var each : cases.entrySet()) {
            try (RawPeer stranger = RawPeer.connect(one.boundAddresses().getFirst())) {
                stranger.send(each.getKey());
                Handshake.Answer answer = stranger.readAnswer();
                assertThat(answer.code()).isEqualTo(each.getValue().code());
                assertThat(answer.reason()).contains(each.getValue().reason());
                assertThat(stranger.isClosedByOtherSide()).isTrue();
            }
        }
        assertThat(heard.received).isEmpty();
    }

    private static Handshake.Hello strange(short version, long cluster, long from, long to) {
        return new Handshake.Hello(version, cluster, from, to, List.of(), RawPeer.storageOf(from), StorageIds.UNKNOWN);
    }

    @Test
    void aMemberThatIsRefusedTriesAgainAndIsLetInLater() throws Exception {
        NettyNetwork one = openOne(LIMITS);
        for (Handshake.Refusal refusal : List.of(Handshake.Refusal.CLUSTER, Handshake.Refusal.UNKNOWN_SENDER)) {
            try (RawPeer dialer = RawPeer.accept(two)) {
                assertThat(dialer.readHello())
                        .isEqualTo(new Handshake.Hello(
                                Handshake.VERSION,
                                CLUSTER,
                                1,
                                2,
                                List.of(),
                                fixture.storages(ONE).own(),
                                StorageIds.UNKNOWN));
                dialer.send(Handshake.Answer.refusing(refusal, CLUSTER, TWO));
                assertThat(dialer.isClosedByOtherSide()).isTrue();
            }
        }
        try (RawPeer dialer = RawPeer.accept(two)) {
            letIn(dialer);
            sendUntilConnected(one);
        }
    }

    @Test
    void garbageOnThePeerPortOnlyClosesThatConnection() throws Exception {
        NettyNetwork one = openOne(LIMITS);
        try (RawPeer member = RawPeer.connect(one.boundAddresses().getFirst());
                RawPeer browser = RawPeer.connect(one.boundAddresses().getFirst())) {
            member.send(hello());
            member.readAnswer();
            browser.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(browser.isClosedByOtherSide()).isTrue();
            member.send(bytes(frame(1)));
            assertThat(heard.awaitFrame().frame()).isEqualTo(frame(1));
        }
    }

    @Test
    void aDialedPortThatSpeaksAnotherProtocolIsLeftAndTriedAgain() throws Exception {
        NettyNetwork one = openOne(LIMITS);
        try (RawPeer dialer = RawPeer.accept(two)) {
            dialer.readHello();
            dialer.send("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(dialer.isClosedByOtherSide()).isTrue();
        }
        try (RawPeer dialer = RawPeer.accept(two)) {
            letIn(dialer);
            sendUntilConnected(one);
        }
    }

    @Test
    void aConnectionThatDoesNotFinishItsHandshakeIsClosed() throws Exception {
        NettyOptions.Limits limits = new NettyOptions.Limits(
                LIMITS.maxFrameBytes(),
                LIMITS.maxQueuedBytes(),
                LIMITS.connectTimeout(),
                Duration.ofMillis(50),
                LIMITS.minReconnectDelay(),
                LIMITS.maxReconnectDelay(),
                LIMITS.refusedRetryDelay(),
                LIMITS.unacknowledgedTimeout());
        NettyNetwork one = openOne(limits);
        try (RawPeer silent = RawPeer.connect(one.boundAddresses().getFirst());
                RawPeer dialer = RawPeer.accept(two)) {
            silent.send(new byte[] {'Q', 'U', 'O'});
            assertThat(silent.isClosedByOtherSide())
                    .as("the acceptor's deadline")
                    .isTrue();
            dialer.readHello();
            assertThat(dialer.isClosedByOtherSide()).as("the dialer's deadline").isTrue();
        }
    }

    @Test
    void aFrameOverTheLimitClosesTheConnection() throws Exception {
        assertDisconnectedBy(
                ByteBuffer.allocate(4).putInt(LIMITS.maxFrameBytes() + 1).array());
        assertDisconnectedBy(ByteBuffer.allocate(4).putInt(-1).array());
        assertDisconnectedBy(ByteBuffer.allocate(4).putInt(0).array());
    }

    @Test
    void aDamagedFrameClosesTheConnectionAndNothingBehindItIsHeard() throws Exception {
        byte[] damaged = bytes(frame(1));
        damaged[20] ^= 4;
        byte[] both = ByteBuffer.allocate(2 * damaged.length)
                .put(damaged)
                .put(bytes(frame(2)))
                .array();
        assertDisconnectedBy(both);
    }

    private void assertDisconnectedBy(byte[] bytes) throws IOException {
        NettyNetwork one = openOne(LIMITS);
        try (RawPeer peer = RawPeer.connect(one.boundAddresses().getFirst())) {
            peer.send(hello());
            peer.readAnswer();
            peer.send(bytes);
            assertThat(peer.isClosedByOtherSide()).isTrue();
        }
        assertThat(heard.received).isEmpty();
        one.close();
    }

    @Test
    void aFrameThatArrivesByteByByteIsReadWhole() throws Exception {
        NettyNetwork one = openOne(LIMITS);
        try (RawPeer peer = RawPeer.connect(one.boundAddresses().getFirst())) {
            peer.send(hello());
            peer.readAnswer();
            for (int number = 0; number < 3; number++) {
                for (byte each : bytes(frame(number))) {
                    peer.send(new byte[] {each});
                }
                assertThat(heard.awaitFrame().frame()).isEqualTo(frame(number));
            }
        }
    }

    @Test
    void aNewerConnectionOfAMemberTakesTheOldOnesPlace() throws Exception {
        NettyNetwork one = openOne(LIMITS);
        try (RawPeer old = RawPeer.connect(one.boundAddresses().getFirst());
                RawPeer newer = RawPeer.connect(one.boundAddresses().getFirst())) {
            old.send(hello());
            old.readAnswer();
            newer.send(hello());
            newer.readAnswer();
            assertThat(old.isClosedByOtherSide()).isTrue();
            newer.send(bytes(frame(3)));
            assertThat(heard.awaitFrame().frame()).isEqualTo(frame(3));
        }
    }

    @Test
    void whatAPeerDoesNotTakeIsDroppedToldOnceAndTakenAgainWhenThereIsRoom() throws Exception {
        NettyNetwork one = openOne(LIMITS);
        try (RawPeer slow = RawPeer.accept(two)) {
            letIn(slow);
            sendUntilConnected(one);
            heard.unreachable.clear();
            var counters = counters(one, TWO);
            PeerFrame large = new PeerFrame.Forward(0, 1, 1, List.of(ByteBuffer.allocate(100_000)));
            long droppedBefore = counters.framesDropped().sum();
            await("frames are dropped", () -> {
                one.send(TWO, large);
                one.flush();
                return counters.framesDropped().sum() > droppedBefore + 10;
            });
            assertThat(heard.awaitUnreachable()).isEqualTo(TWO);
            assertThat(heard.unreachable).isEmpty();
            assertThat(fixture.allocator.metric().usedDirectMemory())
                    .as("bytes that wait for the peer")
                    .isLessThan(2 * LIMITS.maxQueuedBytes());

            long sent = counters.bytesSent().sum();
            slow.read((int) sent);
            PeerFrame small = frame(1);
            long framesSent = counters.framesSent().sum();
            one.send(TWO, small);
            one.flush();
            slow.read(bytes(small).length);
            assertThat(counters.framesSent().sum()).isEqualTo(framesSent + 1);
        }
    }

    private static void letIn(RawPeer dialer) throws IOException {
        dialer.readHello();
        dialer.send(Handshake.Answer.accepting(CLUSTER, TWO, RawPeer.storageOf(2)));
    }

    private static void sendUntilConnected(NettyNetwork one) {
        await("member 1 sends to member 2", () -> {
            one.send(TWO, frame(0));
            one.flush();
            return counters(one, TWO).framesSent().sum() > 0;
        });
    }

    private static byte[] bytes(PeerFrame frame) {
        FrameCodec codec = new FrameCodec(1 << 20);
        byte[] bytes = new byte[codec.size(frame)];
        codec.encode(frame, ByteBuffer.wrap(bytes));
        return bytes;
    }

    private static PeerFrame frame(long number) {
        return new PeerFrame.Forwarded(0, number, 1, EntryId.ORIGIN);
    }
}
