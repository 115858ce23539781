package io.quorate.engine.transport.netty;

import static io.quorate.engine.transport.netty.NettyFixture.CLUSTER;
import static io.quorate.engine.transport.netty.NettyFixture.LIMITS;
import static io.quorate.engine.transport.netty.NettyFixture.ONE;
import static io.quorate.engine.transport.netty.NettyFixture.TWO;
import static io.quorate.engine.transport.netty.NettyFixture.loopback;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.Message;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.detection.Detection;
import io.quorate.engine.detection.DetectionKind;
import io.quorate.engine.transport.FrameCodec;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.engine.transport.StorageIds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is detected at the peer port, what is done about it, and that members beside it do not notice. */
@Timeout(120)
class AttackedPeerPortTest {

    private static final MemberId THREE = new MemberId(3);
    private static final FrameAllowance.Rate FEW = new FrameAllowance.Rate(100, 1 << 20);

    private final NettyFixture fixture = new NettyFixture();
    private final RecordingListener heard = new RecordingListener();
    private final BlockingQueue<Detection> detections = new LinkedBlockingQueue<>();
    private Optional<NettyNetwork> opened = Optional.empty();

    @AfterEach
    void close() {
        opened.ifPresent(NettyNetwork::close);
        fixture.close();
    }

    private NettyNetwork openOne(FrameAllowance.Rate rate) throws IOException {
        NettyOptions options = new NettyOptions(
                        ONE,
                        CLUSTER,
                        List.of(loopback(0)),
                        Map.of(TWO, List.of(loopback(1)), THREE, List.of(loopback(1))),
                        LIMITS,
                        StorageIds.inMemory())
                .withDetections(detections::add);
        NettyNetwork one = NettyNetwork.open(options, fixture.group, heard, fixture.allocator, rate);
        opened = Optional.of(one);
        return one;
    }

    private static RawPeer letIn(NettyNetwork one, MemberId who, String... addresses) throws IOException {
        RawPeer peer = RawPeer.connect(one.boundAddresses().getFirst());
        peer.send(RawPeer.hello(who.value(), ONE.value(), addresses));
        assertThat(peer.readAnswer().isAccepted()).isTrue();
        return peer;
    }

    private static PeerFrame frame(Message message) {
        return new PeerFrame.Raft(0, message);
    }

    private static byte[] bytes(PeerFrame... frames) {
        FrameCodec codec = new FrameCodec(1 << 20);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (PeerFrame frame : frames) {
            byte[] bytes = new byte[codec.size(frame)];
            codec.encode(frame, ByteBuffer.wrap(bytes));
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    private Detection awaitDetection() throws InterruptedException {
        Optional<Detection> next = Optional.ofNullable(detections.poll(20, TimeUnit.SECONDS));
        assertThat(next).as("a detection").isPresent();
        return next.orElseThrow();
    }

    @Test
    void whoeverFloodsIsReadFromMoreSlowlyAndLosesNothing() throws Exception {
        NettyNetwork one = openOne(FEW);
        try (RawPeer flooding = letIn(one, TWO);
                RawPeer calm = letIn(one, THREE)) {
            long begin = System.nanoTime();
            PeerFrame[] flood = new PeerFrame[250];
            for (int i = 0; i < flood.length; i++) {
                flood[i] = frame(new Message.Heartbeat(1, i, 0));
            }
            flooding.send(bytes(flood));
            assertThat(awaitDetection())
                    .satisfies(seen -> assertThat(seen.kind()).isEqualTo(DetectionKind.FLOOD))
                    .satisfies(seen -> assertThat(seen.source()).isEqualTo(new Detection.Member(TWO)));
            calm.send(bytes(frame(new Message.Heartbeat(1, 7_777, 0))));
            flooding.send(bytes(frame(new Message.Heartbeat(1, 8_888, 0))));

            long ofCalm = 0;
            int received = 0;
            for (long last = 0; last != 8_888; received++) {
                RecordingListener.Received next = heard.awaitFrame();
                last = ((Message.Heartbeat) ((PeerFrame.Raft) next.frame()).message()).commitIndex();
                ofCalm = last == 7_777 ? System.nanoTime() - begin : ofCalm;
            }
            assertThat(received).isEqualTo(flood.length + 2);
            assertThat(System.nanoTime() - begin)
                    .as("251 frames, of which 100 may come in a second and as many at once")
                    .isGreaterThan(TimeUnit.MILLISECONDS.toNanos(500));
            assertThat(ofCalm).as("when the calm member was heard").isPositive();
        }
    }

    @Test
    void membersThatKeepToTheRateAreNeverHeldUp() throws Exception {
        NettyNetwork one = openOne(FrameAllowance.Rate.GENEROUS);
        try (RawPeer busy = letIn(one, TWO)) {
            PeerFrame[] frames = new PeerFrame[2_000];
            Arrays.fill(frames, frame(new Message.Heartbeat(1, 0, 0)));
            busy.send(bytes(frames));
            for (int i = 0; i < frames.length; i++) {
                heard.awaitFrame();
            }
            assertThat(detections).isEmpty();
        }
    }

    @Test
    void whoeverRepeatsFramesIsCutOffAndNotLetInAgainAtOnce() throws Exception {
        NettyNetwork one = openOne(FEW);
        try (RawPeer liar = letIn(one, TWO);
                RawPeer honest = letIn(one, THREE)) {
            liar.send(bytes(
                    frame(new Message.Heartbeat(3, 0, 0)),
                    frame(new Message.Heartbeat(4, 0, 0)),
                    frame(new Message.Heartbeat(3, 0, 0)),
                    frame(new Message.Heartbeat(4, 0, 0))));
            assertThat(awaitDetection().kind()).isEqualTo(DetectionKind.REPLAYED_FRAME);
            assertThat(liar.isClosedByOtherSide()).isTrue();
            assertThat(heard.awaitFrame().frame()).isEqualTo(frame(new Message.Heartbeat(3, 0, 0)));
            assertThat(heard.awaitFrame().frame()).isEqualTo(frame(new Message.Heartbeat(4, 0, 0)));
            assertRefused(one, TWO);
            honest.send(bytes(frame(new Message.Heartbeat(9, 0, 0))));
            assertThat(heard.awaitFrame().from()).isEqualTo(THREE);
        }
    }

    @Test
    void whoeverTheNodeCutsOffIsNotHeardAndNotLetInAgainAtOnce() throws Exception {
        NettyNetwork one = openOne(FEW);
        try (RawPeer liar = letIn(one, TWO)) {
            one.cutOff(TWO);
            assertThat(liar.isClosedByOtherSide()).isTrue();
            assertRefused(one, TWO);
            assertThat(detections).as("told by whoever cuts off").isEmpty();
        }
    }

    /** Others come meanwhile, and take the place of a guest that is not connected. */
    @Test
    void aGuestThatWasCutOffIsNotLetInAsSomebodyNew() throws Exception {
        NettyNetwork one = openOne(FEW);
        MemberId nine = new MemberId(9);
        try (RawPeer guest = letIn(one, nine, "127.0.0.1:1")) {
            one.cutOff(nine);
            assertThat(guest.isClosedByOtherSide()).isTrue();
            try (RawPeer other = letIn(one, new MemberId(10), "127.0.0.1:1")) {
                assertRefused(one, nine);
                other.send(bytes(frame(new Message.Heartbeat(9, 0, 0))));
                assertThat(heard.awaitFrame().from()).isEqualTo(new MemberId(10));
            }
            assertThat(detections).as("told by whoever cuts off").isEmpty();
        }
    }

    /** Whoever is not to be dialed any more still has a moment to send, which one that was cut off has not. */
    @Test
    void anOldConnectionIsNotHeardEither() throws Exception {
        NettyNetwork one = openOne(FEW);
        try (RawPeer leaving = letIn(one, TWO);
                RawPeer calm = letIn(one, THREE)) {
            one.setPeers(Map.of(THREE, List.of(loopback(1))));
            one.cutOff(TWO);
            leaving.send(bytes(frame(new Message.Heartbeat(1, 0, 0))));
            assertThat(leaving.isClosedByOtherSide()).isTrue();
            calm.send(bytes(frame(new Message.Heartbeat(9, 0, 0))));
            assertThat(heard.awaitFrame().from()).isEqualTo(THREE);
        }
    }

    /** A flood of connections without a handshake ends the oldest of them, and hinders no member, nor costs it its connection. */
    @Test
    void connectionsThatSayNothingHaveABound() throws Exception {
        NettyNetwork one = openOne(FEW);
        List<RawPeer> silent = new ArrayList<>();
        try (RawPeer member = letIn(one, TWO)) {
            for (int i = 0; i < 3 * Newcomers.MOST_OF_ONE; i++) {
                silent.add(RawPeer.connect(one.boundAddresses().getFirst()));
            }
            for (RawPeer first : silent.subList(0, 2 * Newcomers.MOST_OF_ONE)) {
                assertThat(first.isClosedByOtherSide()).isTrue();
            }
            Detection seen = awaitDetection();
            assertThat(seen.kind()).isEqualTo(DetectionKind.GARBAGE);
            assertThat(seen.source()).isEqualTo(new Detection.Address("127.0.0.1"));
            try (RawPeer late = letIn(one, THREE)) {
                late.send(bytes(frame(new Message.Heartbeat(9, 0, 0))));
                assertThat(heard.awaitFrame().from()).isEqualTo(THREE);
            }
            member.send(bytes(frame(new Message.Heartbeat(9, 0, 0))));
            assertThat(heard.awaitFrame().from()).isEqualTo(TWO);
        } finally {
            for (RawPeer each : silent) {
                each.close();
            }
        }
    }

    private static void assertRefused(NettyNetwork one, MemberId who) throws IOException {
        try (RawPeer again = RawPeer.connect(one.boundAddresses().getFirst())) {
            again.send(RawPeer.hello(who.value(), ONE.value()));
            assertThat(again.readAnswer().says(Handshake.Refusal.BARRED)).isTrue();
        }
    }

    @Test
    void strangersAreKnownByTheirAddressWhateverTheySay() throws Exception {
        NettyNetwork one = openOne(FEW);
        one.membersChanged(membersWithoutNine(), membersWithoutNine());
        for (long who : new long[] {9, 4711}) {
            try (RawPeer stranger = RawPeer.connect(one.boundAddresses().getFirst())) {
                stranger.send(RawPeer.hello(who, ONE.value()));
                assertThat(stranger.readAnswer().isAccepted()).isFalse();
            }
            Detection seen = awaitDetection();
            assertThat(seen.kind()).isEqualTo(DetectionKind.FOREIGN_PEER);
            assertThat(seen.source()).isEqualTo(new Detection.Address("127.0.0.1"));
            assertThat(seen.what()).contains("member " + Long.toHexString(who));
        }
        assertThat(heard.received).isEmpty();
    }

    private static Configuration membersWithoutNine() {
        return new Configuration(
                new TreeSet<>(Set.of(ONE, TWO, THREE)),
                new TreeSet<>(),
                new TreeSet<>(),
                new TreeMap<>(),
                new TreeSet<>(Set.of(new MemberId(9))));
    }

    @Test
    void bytesThatAreNoFramesAreTold() throws Exception {
        NettyNetwork one = openOne(FEW);
        try (RawPeer browser = RawPeer.connect(one.boundAddresses().getFirst());
                RawPeer member = letIn(one, TWO)) {
            browser.send("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(awaitDetection())
                    .isEqualTo(new Detection(
                            DetectionKind.GARBAGE,
                            new Detection.Address("127.0.0.1"),
                            "was disconnected from the peer port: it sent bytes that are not of the peer protocol"));
            byte[] damaged = bytes(frame(new Message.Heartbeat(1, 0, 0)));
            damaged[damaged.length - 1] ^= 1;
            member.send(damaged);
            Detection seen = awaitDetection();
            assertThat(seen.kind()).isEqualTo(DetectionKind.GARBAGE);
            assertThat(seen.source()).isEqualTo(new Detection.Member(TWO));
            assertThat(member.isClosedByOtherSide()).isTrue();
        }
    }
}
