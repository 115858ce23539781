package io.quorate.engine.transport.netty;

import static io.quorate.engine.transport.netty.NettyFixture.ONE;
import static io.quorate.engine.transport.netty.NettyFixture.TWO;
import static io.quorate.engine.transport.netty.NettyFixture.await;
import static io.quorate.engine.transport.netty.NettyFixture.counters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.EntryId;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.tls.RefusalReason;
import io.quorate.engine.tls.TlsFiles;
import io.quorate.engine.tls.TlsParty;
import io.quorate.engine.tls.TlsRefusals;
import io.quorate.engine.tls.TlsSettings;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.testing.TestAuthority;
import io.quorate.testing.TestAuthority.Issued;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members over TLS: who is let in, whom they take for whom, and what is told of the others. */
@Timeout(120)
class PeerTlsTest {

    private static final MemberId THREE = new MemberId(3);

    private final TestAuthority authority = TestAuthority.named("CA");
    private final NettyFixture fixture = new NettyFixture();
    private final RecordingListener heard = new RecordingListener();
    private final TlsRefusals refusals = new TlsRefusals(line -> {}, line -> {});

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void writeAuthority() throws IOException {
        Files.writeString(folder.resolve("ca.crt"), authority.pem());
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private TlsSettings settings(String name, Issued issued) {
        issued.writeTo(folder, name);
        return TlsSettings.mutual(
                name,
                TlsFiles.of(folder.resolve(name + ".crt"), folder.resolve(name + ".key"), folder.resolve("ca.crt")));
    }

    private TlsParty party(String name, Issued issued) throws IOException {
        return TlsParty.open(settings(name, issued));
    }

    private Issued member(MemberId id) {
        return authority
                .request("member " + id)
                .hosts("127.0.0.1")
                .uri("quorate:member/" + id)
                .issue();
    }

    private PeerTls tls(String name, Issued issued) throws IOException {
        return new PeerTls(party(name, issued), refusals, Optional.empty());
    }

    /** Member 1, which knows where member 2 is. */
    private NettyNetwork openOne(int portOfTwo) throws IOException {
        return fixture.open(
                ONE, Map.of(TWO, List.of(NettyFixture.loopback(portOfTwo))), tls("one", member(ONE)), heard);
    }

    private TlsRefusals.Refusal awaitRefusal(RefusalReason reason) {
        await("a refusal for " + reason, () -> refusal(reason).isPresent());
        return refusal(reason).orElseThrow();
    }

    private Optional<TlsRefusals.Refusal> refusal(RefusalReason reason) {
        return refusals.latest().stream()
                .filter(refusal -> refusal.reason() == reason)
                .findFirst();
    }

    private void assertTalking(Issued one, Issued two) throws Exception {
        NettyNetwork second = fixture.open(TWO, Map.of(), tls("two", two), heard);
        InetSocketAddress at =
                NettyFixture.loopback(second.boundAddresses().getFirst().getPort());
        NettyNetwork first = fixture.open(ONE, Map.of(TWO, List.of(at)), tls("one", one), new RecordingListener());
        second.setPeers(Map.of(
                ONE,
                List.of(NettyFixture.loopback(first.boundAddresses().getFirst().getPort()))));
        await("member 1 sends to member 2", () -> {
            first.send(TWO, frame(7));
            first.flush();
            return counters(first, TWO).framesSent().sum() > 0;
        });
        assertThat(heard.awaitFrame()).isEqualTo(new RecordingListener.Received(ONE, frame(7)));
        assertThat(refusals.latest()).isEmpty();
    }

    @Test
    void membersKnownByTheirIdsTalk() throws Exception {
        assertTalking(member(ONE), member(TWO));
    }

    @Test
    void membersKnownByTheirHostsAloneTalkAsThoseOfEtcdDo() throws Exception {
        assertTalking(authority.issue("one", "127.0.0.1"), authority.issue("two", "127.0.0.1"));
    }

    @Test
    void noMemberSpeaksForAnother() throws Exception {
        NettyNetwork one = openOne(1);
        InetSocketAddress port = one.boundAddresses().getFirst();
        for (Issued wrong : List.of(member(THREE), authority.issue("two", "node2"))) {
            try (RawPeer peer = RawPeer.connect(port, party("wrong", wrong))) {
                // It would have this member believe that it has lost its data.
                peer.send(new Handshake.Hello(
                        Handshake.VERSION, NettyFixture.CLUSTER, 2, 1, List.of(), RawPeer.storageOf(2), 999));
                assertThat(peer.readAnswer().code()).isEqualTo(Handshake.Refusal.CERTIFICATE.code());
                assertThat(peer.isClosedByOtherSide()).isTrue();
            }
        }
        assertThat(refusals.latest())
                .extracting(TlsRefusals.Refusal::sentence)
                .containsExactly(
                        "the certificate of \"CN=two\" stands for node2, and member 2 is reached at 127.0.0.1");
        try (RawPeer peer = RawPeer.connect(port, party("right", member(TWO)))) {
            peer.send(RawPeer.hello(2, 1));
            assertThat(peer.readAnswer().isAccepted()).isTrue();
        }
        assertThat(heard.received).isEmpty();
        assertThat(heard.saidDisowned).isEmpty();
    }

    @Test
    void aMemberThatIsNotTheOneDialedGetsNothing() throws Exception {
        NettyNetwork three = fixture.open(TWO, Map.of(), tls("three", member(THREE)), new RecordingListener());
        openOne(three.boundAddresses().getFirst().getPort());
        TlsRefusals.Refusal refusal = awaitRefusal(RefusalReason.WRONG_NAME);
        assertThat(refusal.sentence()).contains("is that of member 3, and not of 2");
    }

    @Test
    void aStrangerLearnsNothingAndBothEndsSayWhy() throws Exception {
        TestAuthority theirs = TestAuthority.named("their CA");
        NettyNetwork one = openOne(1);
        TlsParty stranger = TlsParty.open(
                settings("stranger", theirs.issue("stranger", "127.0.0.1")).dialingAlone());
        InetSocketAddress port = one.boundAddresses().getFirst();
        assertThatThrownBy(
                        () -> PeerInquiry.ask(port, Duration.ofSeconds(20), Optional.of(stranger), member -> Set.of()))
                .isInstanceOf(IOException.class)
                .hasMessageMatching("it does not trust the CA of the certificate it was shown"
                        + "|it refuses the certificate that it was shown; its log says why");
        TlsRefusals.Refusal refusal = awaitRefusal(RefusalReason.UNKNOWN_AUTHORITY);
        assertThat(refusal.by()).isEqualTo("the peer port of member 1");
        assertThat(refusal.sentence())
                .isEqualTo("the certificate of \"CN=stranger\" comes from the CA \"CN=their CA\","
                        + " which is not trusted here; trusted is \"CN=CA\"");
    }

    @Test
    void whoeverIsCertifiedMayAskBeforeItTakesPart() throws Exception {
        NettyNetwork one = openOne(1);
        PeerInquiry.Report report = PeerInquiry.ask(
                NettyFixture.loopback(one.boundAddresses().getFirst().getPort()),
                Duration.ofSeconds(20),
                Optional.of(party("newcomer", member(THREE))),
                member -> Set.of("127.0.0.1"));
        assertThat(report.answeredBy()).isEqualTo(ONE);
    }

    /** Whoever has no data believes what the members tell of it: each for itself. */
    @Test
    void noMemberAnswersForAnother() throws Exception {
        TlsParty newcomer = party("newcomer", member(THREE));
        NettyNetwork asTwo = fixture.open(TWO, Map.of(), tls("one", member(ONE)), heard);
        assertThatThrownBy(() -> ask(asTwo, newcomer, Set.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is that of member " + ONE + ", and not of " + TWO);
        NettyNetwork atItsHost = fixture.open(TWO, Map.of(), tls("host", authority.issue("two", "127.0.0.1")), heard);
        assertThatThrownBy(() -> ask(atItsHost, newcomer, Set.of("node2")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("member " + TWO + " is reached at node2");
        assertThat(ask(atItsHost, newcomer, Set.of("node2", "127.0.0.1")).answeredBy())
                .isEqualTo(TWO);
    }

    private static PeerInquiry.Report ask(NettyNetwork at, TlsParty asking, Set<String> hosts) throws IOException {
        return PeerInquiry.ask(
                NettyFixture.loopback(at.boundAddresses().getFirst().getPort()),
                Duration.ofSeconds(20),
                Optional.of(asking),
                member -> hosts);
    }

    @Test
    void plainTextIsToldApartAtBothEnds() throws Exception {
        NettyNetwork one = openOne(1);
        try (RawPeer plain = RawPeer.connect(one.boundAddresses().getFirst())) {
            plain.send(RawPeer.hello(2, 1));
            assertThat(plain.isClosedByOtherSide()).isTrue();
        }
        assertThat(awaitRefusal(RefusalReason.PLAIN_TEXT).sentence()).contains("it does not speak TLS");

        try (ServerSocket plain = new ServerSocket(0)) {
            one.setPeers(Map.of(TWO, List.of(NettyFixture.loopback(plain.getLocalPort()))));
            try (Socket dialed = plain.accept()) {
                dialed.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                await(
                        "the dialing side has noticed",
                        () -> refusals.latest().stream()
                                .anyMatch(refusal -> refusal.reason() == RefusalReason.PLAIN_TEXT
                                        && refusal.by().equals("member 1 dialing it")));
            }
        }
    }

    @Test
    void aConnectionIsMadeAnewBeforeItIsTooOldAndNothingIsLost() throws Exception {
        TlsParty two = party("two", member(TWO));
        AtomicLong arrived = new AtomicLong();
        AtomicInteger connections = new AtomicInteger();
        ExecutorService ends = Executors.newVirtualThreadPerTaskExecutor();
        try (ServerSocket server = two.sockets().getServerSocketFactory().createServerSocket(0)) {
            Future<?> accepting = ends.submit(() -> {
                while (true) {
                    RawPeer peer = RawPeer.accept(server);
                    Future<?> unused = ends.submit(() -> count(peer, connections, arrived));
                }
            });
            NettyNetwork one = fixture.open(
                    ONE,
                    Map.of(TWO, List.of(NettyFixture.loopback(server.getLocalPort()))),
                    new PeerTls(party("one", member(ONE)), refusals, Optional.of(Duration.ofMillis(300))),
                    heard);
            await("the first connection", () -> isSent(one));
            heard.unreachable.clear();
            long dropped = counters(one, TWO).framesDropped().sum();
            await("the third connection", () -> isSent(one) && connections.get() >= 3);
            assertThat(counters(one, TWO).framesDropped().sum()).isEqualTo(dropped);
            assertThat(heard.unreachable).isEmpty();
            assertThat(accepting).isNotDone();
            await(
                    "all that was sent has arrived",
                    () -> arrived.get() == counters(one, TWO).bytesSent().sum());
        } finally {
            ends.shutdownNow();
        }
    }

    private static boolean isSent(NettyNetwork one) {
        one.send(TWO, frame(1));
        one.flush();
        return counters(one, TWO).framesSent().sum() > 0;
    }

    private static Void count(RawPeer peer, AtomicInteger connections, AtomicLong arrived) throws IOException {
        try (peer) {
            peer.readHello();
            peer.send(Handshake.Answer.accepting(NettyFixture.CLUSTER, TWO, RawPeer.storageOf(2)));
            connections.incrementAndGet();
            for (int bytes = peer.readSome(); bytes >= 0; bytes = peer.readSome()) {
                arrived.addAndGet(bytes);
            }
        }
        return null;
    }

    @Test
    void stalledHandshakesHinderNobody() throws Exception {
        NettyNetwork one = openOne(1);
        InetSocketAddress port = one.boundAddresses().getFirst();
        List<Socket> stalled = new ArrayList<>();
        try {
            for (int i = 0; i < 500; i++) {
                stalled.add(new Socket(port.getAddress(), port.getPort()));
            }
            try (RawPeer peer = RawPeer.connect(port, party("two", member(TWO)))) {
                peer.send(RawPeer.hello(2, 1));
                assertThat(peer.readAnswer().isAccepted()).isTrue();
            }
        } finally {
            for (Socket socket : stalled) {
                socket.close();
            }
        }
    }

    @Test
    void aHandshakeThatStallsIsEnded() throws Exception {
        NettyOptions.Limits usual = NettyFixture.LIMITS;
        NettyOptions.Limits impatient = new NettyOptions.Limits(
                usual.maxFrameBytes(),
                usual.maxQueuedBytes(),
                usual.connectTimeout(),
                Duration.ofMillis(50),
                usual.minReconnectDelay(),
                usual.maxReconnectDelay(),
                usual.refusedRetryDelay(),
                usual.unacknowledgedTimeout());
        InetSocketAddress port = fixture.open(ONE, Map.of(), impatient, tls("one", member(ONE)), heard)
                .boundAddresses()
                .getFirst();
        // The first has said nothing, the second has begun to say something, as TLS's records begin.
        for (byte[] said : new byte[][] {{}, {0x16, 0x03, 0x01, 0x00}}) {
            try (Socket stalled = new Socket(port.getAddress(), port.getPort())) {
                stalled.setSoTimeout(20_000);
                stalled.getOutputStream().write(said);
                // It ends when the other side closes.
                assertThat(stalled.getInputStream().readAllBytes()).hasSizeLessThan(100);
            }
        }
    }

    private static PeerFrame frame(long number) {
        return new PeerFrame.Forwarded(0, number, 1, EntryId.ORIGIN);
    }
}
