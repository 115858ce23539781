package io.quorate.engine.transport.netty;

import static io.quorate.engine.transport.netty.NettyFixture.ONE;
import static io.quorate.engine.transport.netty.NettyFixture.TWO;
import static io.quorate.engine.transport.netty.NettyFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.tls.TlsFiles;
import io.quorate.engine.tls.TlsParty;
import io.quorate.engine.tls.TlsRefusals;
import io.quorate.engine.tls.TlsSettings;
import io.quorate.engine.transport.StorageIds;
import io.quorate.testing.TestAuthority;
import io.quorate.testing.TestAuthority.Issued;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Over TLS, a member that is not known here needs more than a certificate of the CA, and gets no further than it is known. */
@Timeout(60)
class UnknownMemberTlsTest {

    private static final MemberId THREE = new MemberId(3);

    private final TestAuthority authority = TestAuthority.named("CA");
    private final NettyFixture fixture = new NettyFixture();
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

    private TlsParty party(Issued issued) throws IOException {
        issued.writeTo(folder, "shown");
        return TlsParty.open(TlsSettings.mutual(
                "the peer port",
                TlsFiles.of(folder.resolve("shown.crt"), folder.resolve("shown.key"), folder.resolve("ca.crt"))));
    }

    private Issued withId(MemberId id) {
        return authority
                .request("member " + id)
                .hosts("elsewhere")
                .uri("quorate:member/" + id)
                .issue();
    }

    /** Member 1, which knows member 2 alone. */
    private NettyNetwork openOne(String... namedHosts) throws IOException {
        PeerTls tls =
                new PeerTls(party(authority.issue("one", "127.0.0.1")), refusals, Optional.empty(), Set.of(namedHosts));
        Map<MemberId, List<InetSocketAddress>> known =
                namedHosts.length > 0 ? Map.of() : Map.of(TWO, List.of(at("node2")));
        return fixture.open(ONE, known, tls, new RecordingListener());
    }

    private static InetSocketAddress at(String host) {
        return InetSocketAddress.createUnresolved(host, 1);
    }

    private RawPeer hello(NettyNetwork one, Issued shown, MemberId from, long storage) throws IOException {
        RawPeer peer = RawPeer.connect(one.boundAddresses().getFirst(), party(shown));
        peer.send(new Handshake.Hello(
                Handshake.VERSION,
                NettyFixture.CLUSTER,
                from.value(),
                ONE.value(),
                List.of("elsewhere:1"),
                storage,
                StorageIds.UNKNOWN));
        return peer;
    }

    private void assertAccepted(NettyNetwork one, Issued shown, MemberId from) throws IOException {
        try (RawPeer peer = hello(one, shown, from, 7)) {
            assertThat(peer.readAnswer().isAccepted()).isTrue();
        }
    }

    private void assertRefused(NettyNetwork one, Issued shown, MemberId from, Handshake.Refusal how)
            throws IOException {
        try (RawPeer peer = hello(one, shown, from, 7)) {
            assertThat(peer.readAnswer().code()).isEqualTo(how.code());
            assertThat(peer.isClosedByOtherSide()).isTrue();
        }
    }

    @Test
    void aCertificateOfTheCaMakesNobodyAMember() throws Exception {
        NettyNetwork one = openOne();
        assertRefused(one, authority.issue("stranger", "elsewhere"), THREE, Handshake.Refusal.UNKNOWN_SENDER);
        assertThat(one.counters()).doesNotContainKey(THREE);
        assertThat(fixture.storages(ONE).remembered()).isEmpty();
    }

    /** A member of another cluster with the same CA is told that, and not that it must wait. */
    @Test
    void whoIsOfAnotherClusterIsToldSo() throws Exception {
        NettyNetwork one = openOne();
        try (RawPeer peer =
                RawPeer.connect(one.boundAddresses().getFirst(), party(authority.issue("stranger", "elsewhere")))) {
            peer.send(new Handshake.Hello(
                    Handshake.VERSION, NettyFixture.CLUSTER + 1, 3, 1, List.of("elsewhere:1"), 7, StorageIds.UNKNOWN));
            assertThat(peer.readAnswer().code()).isEqualTo(Handshake.Refusal.CLUSTER.code());
        }
    }

    @Test
    void whomTheCaNamesIsLetInAndStaysWhenItBecomesAMember() throws Exception {
        NettyNetwork one = openOne();
        try (RawPeer guest = hello(one, withId(THREE), THREE, 7)) {
            assertThat(guest.readAnswer().isAccepted()).isTrue();
            assertThat(fixture.storages(ONE).of(THREE)).isEqualTo(7);
            one.setPeers(Map.of(TWO, List.of(at("node2")), THREE, List.of(at("node3"))));
            guest.send(new byte[] {(byte) 0xff, 0, 0, 0});
            // It was heard until it sent what is no frame.
            assertThat(guest.isClosedByOtherSide()).isTrue();
        }
        assertRefused(one, withId(TWO), THREE, Handshake.Refusal.CERTIFICATE);
    }

    /** One of a member's host could speak for that member as well; it is let in, since a member that lags behind needs it. */
    @Test
    void whoeverIsAtAHostOfAMemberIsAGuestUntilItIsKnown() throws Exception {
        NettyNetwork one = openOne();
        Issued atNode2 = authority.issue("node2", "node2");
        try (RawPeer guest = hello(one, atNode2, THREE, 7)) {
            assertThat(guest.readAnswer().isAccepted()).isTrue();
            assertThat(fixture.storages(ONE).remembered()).isEmpty();
            one.setPeers(Map.of(TWO, List.of(at("node2")), THREE, List.of(at("node3"))));
            assertThat(guest.isClosedByOtherSide()).isTrue();
        }
        assertRefused(one, atNode2, THREE, Handshake.Refusal.CERTIFICATE);
        try (RawPeer member = hello(one, authority.issue("node3", "node3"), THREE, 8)) {
            assertThat(member.readAnswer().isAccepted()).isTrue();
        }
        assertThat(fixture.storages(ONE).of(THREE)).isEqualTo(8);
    }

    @Test
    void whoeverIsKnownElsewhereFromNowOnIsJudgedAnew() throws Exception {
        NettyNetwork one = openOne();
        try (RawPeer two = hello(one, authority.issue("node2", "node2"), TWO, 7);
                RawPeer both = hello(one, authority.issue("node3", "node3", "node4"), TWO, 7)) {
            assertThat(two.readAnswer().isAccepted()).isTrue();
            assertThat(both.readAnswer().code()).isEqualTo(Handshake.Refusal.CERTIFICATE.code());
            one.setPeers(Map.of(TWO, List.of(at("node3"))));
            assertThat(two.isClosedByOtherSide()).isTrue();
        }
        assertAccepted(one, authority.issue("node3", "node3"), TWO);
    }

    /** One that joins knows where the members are by whoever runs it, until its log names it among them. */
    @Test
    void hostsThatWereNamedCountUntilTheLogTellsOfTheMembers() throws Exception {
        NettyNetwork one = openOne("node2", "node3");
        Issued atNode3 = authority.issue("node3", "node3");
        assertRefused(one, authority.issue("stranger", "elsewhere"), THREE, Handshake.Refusal.UNKNOWN_SENDER);
        assertAccepted(one, atNode3, THREE);
        Configuration beforeIt = Configuration.of(new TreeMap<>(Map.of(TWO, List.of("node2:1"))));
        one.membersChanged(beforeIt, beforeIt);
        assertAccepted(one, atNode3, THREE);
        Configuration withIt = beforeIt.withVoter(ONE, List.of("node1:1"));
        one.membersChanged(withIt, withIt);
        await("the guest is gone", () -> {
            try (RawPeer peer = hello(one, atNode3, THREE, 7)) {
                return peer.readAnswer().code() == Handshake.Refusal.UNKNOWN_SENDER.code();
            } catch (IOException e) {
                return false;
            }
        });
    }
}
