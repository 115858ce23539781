package io.quorate.engine.transport.netty;

import static io.quorate.engine.transport.netty.NettyFixture.CLUSTER;
import static io.quorate.engine.transport.netty.NettyFixture.ONE;
import static io.quorate.engine.transport.netty.NettyFixture.TWO;
import static io.quorate.engine.transport.netty.NettyFixture.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.engine.transport.StorageIds;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The network follows the configurations of the log. */
@Timeout(60)
class MembersOfTheLogTest {

    private static final Configuration NOBODY = Configuration.of(Set.of());

    private final RecordingListener heardByOne = new RecordingListener();
    private final RecordingListener heardByTwo = new RecordingListener();

    private static String address(NettyNetwork network) {
        return "http://127.0.0.1:" + network.boundAddresses().getFirst().getPort();
    }

    private static Configuration of(NettyNetwork one, NettyNetwork two) {
        return Configuration.of(new TreeMap<>(Map.of(ONE, List.of(address(one)), TWO, List.of(address(two)))));
    }

    private static void awaitPath(NettyNetwork from, MemberId to, RecordingListener heard) {
        await("a frame arrives", () -> {
            from.send(to, new PeerFrame.Forward(0, 1, 1, List.of(ByteBuffer.allocate(1))));
            from.flush();
            return !heard.received.isEmpty();
        });
        heard.received.clear();
    }

    @Test
    void whomTheLogNamesIsReached() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            NettyNetwork two = fixture.open(TWO, heardByTwo);

            one.membersChanged(of(one, two), of(one, two));
            two.membersChanged(of(one, two), of(one, two));

            awaitPath(one, TWO, heardByTwo);
            awaitPath(two, ONE, heardByOne);
        }
    }

    /** One that joins, or lags behind, has not heard of those that will tell it who the members are. */
    @Test
    void whoKnowsNobodyIsReachedAndAnswers() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            NettyNetwork two = fixture.open(TWO, heardByTwo);

            one.membersChanged(of(one, two), NOBODY);

            awaitPath(one, TWO, heardByTwo);
            awaitPath(two, ONE, heardByOne);
        }
    }

    @Test
    void anAddressThatChangesIsUsedFromTheNextConnectionOn() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            NettyNetwork two = fixture.open(TWO, heardByTwo);
            Configuration before = of(one, two)
                    .withAddresses(
                            TWO, List.of("http://127.0.0.1:" + FreePorts.find(1).getFirst()));
            one.membersChanged(before, before);
            one.send(TWO, new PeerFrame.Forward(0, 1, 1, List.of(ByteBuffer.allocate(1))));
            assertThat(heardByOne.awaitUnreachable()).isEqualTo(TWO);

            one.membersChanged(of(one, two), of(one, two));

            awaitPath(one, TWO, heardByTwo);
        }
    }

    /** The log of one that was away for long does not say where the others are by now, and it needs them to learn it. */
    @Test
    void whoHasMovedIsAnsweredWhereItSaysItIs() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            NettyNetwork two = fixture.open(TWO, heardByTwo);
            Configuration old = of(one, two)
                    .withAddresses(
                            TWO, List.of("http://127.0.0.1:" + FreePorts.find(1).getFirst()));

            one.membersChanged(old, old);
            two.membersChanged(of(one, two), of(one, two));

            awaitPath(two, ONE, heardByOne);
            awaitPath(one, TWO, heardByTwo);
        }
    }

    @Test
    void aHostNameThatNobodyKnowsKeepsNobodyFromTheOthers() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            NettyNetwork two = fixture.open(TWO, heardByTwo);
            Configuration members = of(one, two).withLearner(new MemberId(3), List.of("http://no-such-host.invalid:1"));

            one.membersChanged(members, members);
            one.send(new MemberId(3), new PeerFrame.Forward(0, 1, 1, List.of(ByteBuffer.allocate(1))));

            awaitPath(one, TWO, heardByTwo);
        }
    }

    /** There is room for members, not for everybody; a guest that has gone makes room. */
    @Test
    void guestsAreBoundedInNumber() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            List<RawPeer> guests = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                guests.add(guest(one, 100 + i));
                assertThat(guests.getLast().readAnswer().isAccepted()).isTrue();
            }
            try (RawPeer tooMany = guest(one, 1000)) {
                assertThat(tooMany.readAnswer().code()).isEqualTo(Handshake.Refusal.UNKNOWN_SENDER.code());
            }
            guests.removeFirst().close();
            await("there is room again", () -> {
                try (RawPeer next = guest(one, 1001)) {
                    return next.readAnswer().isAccepted();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            for (RawPeer guest : guests) {
                guest.close();
            }
        }
    }

    private static RawPeer guest(NettyNetwork at, long id) throws IOException {
        RawPeer guest = RawPeer.connect(at.boundAddresses().getFirst());
        guest.send(RawPeer.hello(id, 1, "127.0.0.1:1"));
        return guest;
    }

    /** Corner case 5: it does not come back by itself, and need not guess why nobody talks to it. */
    @Test
    void whoWasRemovedForGoodIsRefusedAndTold() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            NettyNetwork two = fixture.open(TWO, heardByTwo);
            Configuration both = of(one, two);
            one.membersChanged(both, both);
            two.membersChanged(both, both);
            awaitPath(two, ONE, heardByOne);

            one.membersChanged(both.without(TWO), both.without(TWO));

            assertThat(heardByTwo.awaitRemoved()).isEqualTo(ONE);
            assertThat(one.counters()).doesNotContainKey(TWO);
        }
    }

    /** A cluster that was recovered has another id, and all ids of what it was before among those that were removed. */
    @Test
    void whoIsOfAFormerEpochIsRefusedAndTold() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            Configuration alone = Configuration.of(new TreeMap<>(Map.of(ONE, List.of(address(one)))))
                    .without(TWO);
            one.membersChanged(alone, alone);
            Map<Long, Handshake.Refusal> expected =
                    Map.of(2L, Handshake.Refusal.FORMER_EPOCH, 3L, Handshake.Refusal.CLUSTER);
            for (var each : expected.entrySet()) {
                try (RawPeer zombie = RawPeer.connect(one.boundAddresses().getFirst())) {
                    zombie.send(new Handshake.Hello(
                            Handshake.VERSION,
                            CLUSTER + 1,
                            each.getKey(),
                            7,
                            List.of(),
                            RawPeer.storageOf(each.getKey()),
                            StorageIds.UNKNOWN));
                    Handshake.Answer answer = zombie.readAnswer();
                    assertThat(answer.code()).isEqualTo(each.getValue().code());
                    assertThat(answer.reason()).contains(each.getValue().reason());
                    assertThat(zombie.isClosedByOtherSide()).isTrue();
                }
            }
        }
    }

    /** Its removal may be rolled back, and needs to be told it. */
    @Test
    void whoseRemovalIsNotCommittedIsReachedYet() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            NettyNetwork two = fixture.open(TWO, heardByTwo);
            Configuration both = of(one, two);

            one.membersChanged(both.without(TWO), both);

            awaitPath(one, TWO, heardByTwo);
            awaitPath(two, ONE, heardByOne);
        }
    }

    /** It may be the leader, which commits what settles the joint configuration, and needs to hear that the others have that. */
    @Test
    void whomAJointConfigurationTakesOutIsReachedUntilItIsSettled() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            NettyNetwork two = fixture.open(TWO, heardByTwo);
            Configuration both = of(one, two);
            Configuration joint = both.without(TWO).jointFrom(both);
            two.membersChanged(joint.settled(), joint);

            one.membersChanged(joint.settled(), joint);

            awaitPath(one, TWO, heardByTwo);
            awaitPath(two, ONE, heardByOne);
            one.membersChanged(joint.settled(), joint.settled());
            assertThat(heardByTwo.awaitRemoved()).isEqualTo(ONE);
            assertThat(one.counters()).doesNotContainKey(TWO);
        }
    }

    @Test
    void whoAsksIsToldWhichClusterThisIsAndWhoItsMembersAre() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            Configuration members =
                    Configuration.of(new TreeMap<>(Map.of(ONE, List.of(address(one)), TWO, List.of("http://b:1"))));
            one.membersChanged(members, NOBODY);

            PeerInquiry.Report report = PeerInquiry.ask(one.boundAddresses().getFirst(), Duration.ofSeconds(20));

            assertThat(report.clusterId()).isEqualTo(CLUSTER);
            assertThat(report.answeredBy()).isEqualTo(ONE);
            assertThat(report.members()).isEqualTo(members);
        }
    }

    @Test
    void anAnswerThatIsNoneIsAnError() throws Exception {
        try (ServerSocket server = FreePorts.listen()) {
            Thread web = Thread.ofPlatform().start(() -> {
                try (RawPeer client = RawPeer.accept(server)) {
                    client.read(Handshake.HELLO_BYTES);
                    client.send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThatThrownBy(
                            () -> PeerInquiry.ask(NettyFixture.loopback(server.getLocalPort()), Duration.ofSeconds(20)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("what listens there is no member");
            web.join();
        }
    }

    /** What the log says cannot be refused any more. */
    @Test
    void anAddressThatIsNoneIsPassedOver() throws Exception {
        try (NettyFixture fixture = new NettyFixture()) {
            NettyNetwork one = fixture.open(ONE, heardByOne);
            NettyNetwork two = fixture.open(TWO, heardByTwo);

            one.membersChanged(of(one, two).withAddresses(TWO, List.of("nowhere", address(two))), NOBODY);

            awaitPath(one, TWO, heardByTwo);
        }
    }
}
