package io.quorate.engine.transport.netty;

import static io.quorate.engine.transport.netty.NettyFixture.CLUSTER;
import static io.quorate.engine.transport.netty.NettyFixture.LIMITS;
import static io.quorate.engine.transport.netty.NettyFixture.ONE;
import static io.quorate.engine.transport.netty.NettyFixture.TWO;
import static io.quorate.engine.transport.netty.NettyFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.engine.transport.StorageIds;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Corner case 8: whoever comes under its old id with another storage is refused by both sides of a connection, and told. */
@Timeout(60)
class WipedMemberTest {

    private static final MemberId THREE = new MemberId(3);
    private static final PeerFrame FRAME = new PeerFrame.Forward(0, 1, 1, List.of(ByteBuffer.allocate(1)));

    /** What was sent before a connection was lost may still be heard after it. */
    private static final PeerFrame LATE = new PeerFrame.Forward(0, 1, 2, List.of(ByteBuffer.allocate(1)));

    private final RecordingListener heardByOne = new RecordingListener();
    private final RecordingListener heardByTwo = new RecordingListener();

    private static Configuration of(NettyNetwork... networks) {
        TreeMap<MemberId, List<String>> addresses = new TreeMap<>();
        for (int i = 0; i < networks.length; i++) {
            addresses.put(
                    new MemberId(i + 1),
                    List.of("http://127.0.0.1:"
                            + networks[i].boundAddresses().getFirst().getPort()));
        }
        return Configuration.of(addresses);
    }

    private static void tell(Configuration members, NettyNetwork... networks) {
        for (NettyNetwork network : networks) {
            network.membersChanged(members, members);
        }
    }

    private static void awaitPath(NettyNetwork from, MemberId to, RecordingListener heard) {
        await("a frame arrives", () -> {
            from.send(to, FRAME);
            from.flush();
            return !heard.received.isEmpty();
        });
    }

    @Test
    void whoComesWithAnotherStorageIsRefusedAndTold() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            NettyNetwork two = fixture.open(TWO, heardByTwo);
            Configuration both = of(one, two);
            tell(both, one, two);
            awaitPath(one, TWO, heardByTwo);
            awaitPath(two, ONE, heardByOne);
            int port = two.boundAddresses().getFirst().getPort();
            two.close();
            await("the connection is gone", () -> !heardByOne.unreachable.isEmpty());

            NettyNetwork wiped = fixture.open(TWO, port, Map.of(), LIMITS, StorageIds.inMemory(), heardByTwo);
            tell(both, wiped);

            assertThat(heardByTwo.awaitDisowned()).isEqualTo(ONE);
            for (int i = 0; i < 100; i++) {
                wiped.send(ONE, LATE);
                one.send(TWO, LATE);
                wiped.flush();
                one.flush();
            }
            assertThat(heardByOne.received).noneMatch(heard -> heard.frame().equals(LATE));
            assertThat(heardByTwo.received).noneMatch(heard -> heard.frame().equals(LATE));
            assertThat(heardByOne.saidDisowned).isEmpty();
            wiped.close();

            NettyNetwork back = fixture.open(TWO, port, Map.of(), LIMITS, heardByTwo);
            tell(both, back);
            awaitPath(one, TWO, heardByTwo);
            awaitPath(back, ONE, heardByOne);
        }
    }

    /** It never dials anybody: it does not know of the others, as one that has founded a cluster alone before they came. */
    @Test
    void whoIsDialedByOneThatRemembersAnotherStorageIsTold() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            NettyNetwork two = fixture.open(TWO, heardByTwo);
            fixture.storages(ONE).remember(TWO, 17).join();

            one.membersChanged(of(one, two), of(one, two));

            assertThat(heardByTwo.awaitDisowned()).isEqualTo(ONE);
            assertThat(heardByTwo.received).isEmpty();
        }
    }

    /** The one that dials has nothing to say that would tell the other: it must look at the answer itself. */
    @Test
    void whoAnswersWithAnotherStorageIsSentNothing() throws Exception {
        try (NettyFixture fixture = new NettyFixture();
                ServerSocket two = FreePorts.listen()) {
            fixture.storages(ONE).remember(TWO, 17).join();
            NettyNetwork one = fixture.open(
                    ONE, 0, Map.of(TWO, List.of(NettyFixture.loopback(two.getLocalPort()))), LIMITS, heardByOne);
            try (RawPeer dialer = RawPeer.accept(two)) {
                assertThat(dialer.readHello().expected()).isEqualTo(17);
                dialer.send(Handshake.Answer.accepting(CLUSTER, TWO, 18));
                one.send(TWO, FRAME);
                one.flush();
                assertThat(dialer.isClosedByOtherSide()).isTrue();
            }
            try (RawPeer dialer = RawPeer.accept(two)) {
                dialer.readHello();
                dialer.send(Handshake.Answer.accepting(CLUSTER, TWO, 17));
                await("the one that it knows is sent something", () -> {
                    one.send(TWO, FRAME);
                    one.flush();
                    return NettyFixture.counters(one, TWO).framesSent().sum() > 0;
                });
            }
        }
    }

    @Test
    void nobodyIsHeardBeforeItsStorageIsRememberedDurably() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (NettyFixture fixture = new NettyFixture();
                StorageIds storages = StorageIds.open(disk, false, "one")) {
            storages.admit().join();
            NettyNetwork one = fixture.open(ONE, 0, Map.of(), LIMITS, storages, heardByOne);
            disk.failSyncs(true);
            try (RawPeer two = RawPeer.connect(one.boundAddresses().getFirst())) {
                two.send(RawPeer.hello(2, 1, "127.0.0.1:1"));
                assertThat(two.isClosedByOtherSide()).isTrue();
            }
            disk.failSyncs(false);
            try (RawPeer two = RawPeer.connect(one.boundAddresses().getFirst())) {
                two.send(RawPeer.hello(2, 1, "127.0.0.1:1"));
                assertThat(two.readAnswer().isAccepted()).isTrue();
            }
            try (StorageIds found = StorageIds.open(disk.afterRestart(), true, "found")) {
                assertThat(found.remembered()).isEqualTo(Map.of(TWO, RawPeer.storageOf(2)));
            }
        }
    }

    /** It has no data, and asks first: until then it neither dials nor lets anybody in, but answers those that ask as well. */
    @Test
    void whoIsNotAdmittedYetTakesNoPartButAnswersInquiries() throws Exception {
        try (NettyFixture fixture = new NettyFixture();
                StorageIds storages = StorageIds.open(new FaultyDisk(), false, "two")) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            NettyNetwork two = fixture.open(TWO, 0, Map.of(), LIMITS, storages, heardByTwo);
            tell(of(one, two), one, two);

            PeerInquiry.Report report = PeerInquiry.ask(two.boundAddresses().getFirst(), Duration.ofSeconds(20));
            assertThat(report.admitted()).isFalse();
            assertThat(report.alone()).isTrue();
            try (RawPeer dialing = RawPeer.connect(two.boundAddresses().getFirst())) {
                dialing.send(RawPeer.hello(3, 2, "127.0.0.1:1"));
                assertThat(dialing.readAnswer().code()).isEqualTo(Handshake.Refusal.NOT_ADMITTED.code());
            }
            assertThat(storages.isAlone()).isTrue();
            assertThat(fixture.storages(ONE).isAlone()).isTrue();

            storages.admit().join();
            awaitPath(one, TWO, heardByTwo);
            awaitPath(two, ONE, heardByOne);
        }
    }

    @Test
    void whoAsksIsToldWhatIsRememberedAndWhereClientsAreServed() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            StorageIds storages = fixture.storages(ONE);
            storages.remember(TWO, 22).join();
            storages.remember(THREE, 33).join();
            NettyOptions options = new NettyOptions(
                    ONE,
                    CLUSTER,
                    List.of(NettyFixture.loopback(0)),
                    Map.of(),
                    LIMITS,
                    storages,
                    List.of("http://a:1", "http://b:2"),
                    Optional.empty());
            try (NettyNetwork one = NettyNetwork.open(options, fixture.group, heardByOne, fixture.allocator)) {
                PeerInquiry.Report report = PeerInquiry.ask(one.boundAddresses().getFirst(), Duration.ofSeconds(20));

                assertThat(report.storages()).isEqualTo(Map.of(TWO, 22L, THREE, 33L));
                assertThat(report.admitted()).isTrue();
                assertThat(report.alone()).isFalse();
                assertThat(report.clientUrls()).containsExactly("http://a:1", "http://b:2");
            }
        }
    }

    @Test
    void anAnswerThatClaimsMoreThanItHoldsIsAnError() {
        for (int cut = 0; cut < 30; cut++) {
            ByteBuffer whole =
                    new InquiryAnswer(Configuration.of(Set.of(ONE)), true, true, Map.of(TWO, 2L), List.of()).encode();
            ByteBuffer part = whole.limit(Math.max(0, whole.limit() - 1 - cut));
            assertThatThrownBy(() -> InquiryAnswer.decode(part)).isInstanceOf(IOException.class);
        }
    }
}
