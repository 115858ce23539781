package io.quorate.engine.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.SslProvider;
import io.quorate.testing.TestAuthority;
import io.quorate.testing.TestAuthority.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is let in by either library, what a refusal says at both ends, and what changed files do. */
class TlsPartyTest {

    private final TestAuthority authority = TestAuthority.named("our CA");

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void writeAuthority() throws IOException {
        trust(authority);
    }

    private void trust(TestAuthority... authorities) throws IOException {
        StringBuilder pem = new StringBuilder();
        for (TestAuthority each : authorities) {
            pem.append(each.pem());
        }
        Files.writeString(folder.resolve("ca.crt"), pem);
    }

    private TlsSettings settings(String name, Issued issued) {
        issued.writeTo(folder, name);
        return TlsSettings.mutual(
                "party " + name,
                TlsFiles.of(folder.resolve(name + ".crt"), folder.resolve(name + ".key"), folder.resolve("ca.crt")));
    }

    private static TlsParty open(TlsSettings settings, SslProvider provider) throws IOException {
        return TlsParty.open(settings, provider, InstantSource.system());
    }

    private TlsParty party(String name, SslProvider provider, String... hosts) throws IOException {
        return open(settings(name, authority.issue(name, hosts)), provider);
    }

    private static void assertRefusedByServer(Handshaken handshaken, RefusalReason reason, String sentence) {
        assertThat(handshaken.atServer()).hasValueSatisfying(failure -> {
            assertThat(failure.reason()).isEqualTo(reason);
            assertThat(failure.sentence()).contains(sentence);
        });
        assertThat(handshaken.atClient()).isPresent();
    }

    private static void assertRefusedByClient(Handshaken handshaken, RefusalReason reason, String sentence) {
        assertThat(handshaken.atClient()).hasValueSatisfying(failure -> {
            assertThat(failure.reason()).isEqualTo(reason);
            assertThat(failure.sentence()).contains(sentence);
        });
        assertThat(handshaken.atServer()).isPresent();
    }

    /** The JDK tells the one whose certificate it refuses that it does, and not why. */
    private static void assertTold(Handshaken handshaken, SslProvider provider, String sentence) {
        String told = provider == SslProvider.JDK
                ? "it refuses the certificate that it was shown; its log says why"
                : sentence;
        assertThat(handshaken.atClient()).contains(new TlsFailure(RefusalReason.REFUSED_BY_THE_OTHER, told));
    }

    @Test
    void opensslIsThereOnTheMachinesThatTheBuildIsFor() {
        boolean fits = System.getProperty("os.name").equals("Linux")
                && List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));
        assertThat(TlsContexts.provider()).isEqualTo(fits ? SslProvider.OPENSSL : SslProvider.JDK);
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void twoOfOneAuthorityBelieveEachOther(SslProvider provider) throws Exception {
        TlsParty server = party("server", provider, "localhost", "127.0.0.1");
        TlsParty client = party("client", provider);
        assertThat(Handshaken.between(server, client, "localhost").isGood()).isTrue();
        assertThat(Handshaken.between(server, client, "127.0.0.1").isGood()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void aServerThatIsCertifiedForAnotherHostIsLeft(SslProvider provider) throws Exception {
        TlsParty server = party("server", provider, "node1");
        TlsParty client = party("client", provider);
        assertRefusedByClient(
                Handshaken.between(server, client, "node2"),
                RefusalReason.WRONG_NAME,
                "the certificate of \"CN=server\" stands for node1, and node2 was dialed");
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void eachEndLearnsWhatIsWrongWithACertificate(SslProvider provider) throws Exception {
        TlsParty server = party("server", provider, "localhost");
        Instant end = Instant.now().plusSeconds(60);
        Issued soonOld =
                authority.request("client").valid(end.minusSeconds(3600), end).issue();
        TlsParty client = open(settings("client", soonOld), provider);
        assertThat(Handshaken.between(server, client, "localhost").isGood()).isTrue();

        InstantSource later = InstantSource.fixed(end.plusSeconds(60));
        TlsParty serverLater = TlsParty.open(server.settings(), provider, later);
        Handshaken expired = Handshaken.between(serverLater, client, "localhost");
        assertRefusedByServer(expired, RefusalReason.EXPIRED, "the certificate of \"CN=client\" has expired, on ");
        assertTold(expired, provider, "it says that the certificate it was shown has expired");
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void strangersAndThoseWithoutACertificateAreRefused(SslProvider provider) throws Exception {
        TlsParty server = party("server", provider, "localhost");
        TlsParty stranger =
                open(settings("client", TestAuthority.named("their CA").issue("client")), provider);
        assertRefusedByServer(
                Handshaken.between(server, stranger, "localhost"),
                RefusalReason.UNKNOWN_AUTHORITY,
                "comes from the CA \"CN=their CA\", which is not trusted here");
        TlsFiles trustAlone = new TlsFiles(
                Optional.empty(), Optional.empty(), Optional.of(folder.resolve("ca.crt")), Optional.empty());
        TlsParty nobody = open(TlsSettings.of("nobody", trustAlone, Admittance.OF_ANYBODY), provider);
        assertRefusedByServer(
                Handshaken.between(server, nobody, "localhost"),
                RefusalReason.NO_CERTIFICATE,
                "it showed no certificate");
        TlsParty open = open(server.settings().withAdmittance(Admittance.OF_ANYBODY), provider);
        assertThat(Handshaken.between(open, nobody, "localhost").isGood()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void aPortMayLetInSomeAlone(SslProvider provider) throws Exception {
        TlsSettings settings = settings("server", authority.issue("server", "localhost"));
        TlsParty byName = open(settings.withAdmittance(new Admittance(true, Set.of("ann"), Set.of())), provider);
        TlsParty byHost =
                open(settings.withAdmittance(new Admittance(true, Set.of(), Set.of("node1", "node2"))), provider);
        TlsParty ann = open(settings("ann", authority.issue("ann", "node2")), provider);
        TlsParty ben = open(settings("ben", authority.issue("ben", "node3")), provider);
        for (TlsParty server : List.of(byName, byHost)) {
            assertThat(Handshaken.between(server, ann, "localhost").isGood()).isTrue();
        }
        assertRefusedByServer(
                Handshaken.between(byName, ben, "localhost"),
                RefusalReason.NOT_ALLOWED,
                "has the CommonName \"ben\", and let in are only those with ann");
        assertRefusedByServer(
                Handshaken.between(byHost, ben, "localhost"), RefusalReason.NOT_ALLOWED, "stands for node3");
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void whoeverMayNotComeInIsNotDialedEither(SslProvider provider) throws Exception {
        TlsSettings settings = settings("dialing", authority.issue("dialing", "localhost"));
        TlsParty byName = open(settings.withAdmittance(new Admittance(true, Set.of("ann"), Set.of())), provider);
        TlsParty byHost = open(settings.withAdmittance(new Admittance(true, Set.of(), Set.of("node1"))), provider);
        TlsParty ann = open(settings("ann", authority.issue("ann", "localhost", "node1")), provider);
        TlsParty ben = open(settings("ben", authority.issue("ben", "localhost")), provider);
        for (TlsParty dialing : List.of(byName, byHost)) {
            assertThat(Handshaken.between(ann, dialing, "localhost").isGood()).isTrue();
        }
        assertRefusedByClient(
                Handshaken.between(ben, byName, "localhost"),
                RefusalReason.NOT_ALLOWED,
                "the certificate of \"CN=ben\" has the CommonName \"ben\", and let in are only those with ann");
        assertRefusedByClient(
                Handshaken.between(ben, byHost, "localhost"),
                RefusalReason.NOT_ALLOWED,
                "the certificate of \"CN=ben\" stands for localhost, and let in are only node1");
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void anOlderVersionIsSpokenOnlyIfThatIsAskedFor(SslProvider provider) throws Exception {
        TlsSettings settings = settings("server", authority.issue("server", "localhost"));
        TlsParty strict = open(settings, provider);
        TlsParty lenient = open(settings.withMinVersion(TlsVersion.TLS_1_2), provider);
        assertThat(Handshaken.between(strict, lenient, "localhost").isGood()).isTrue();
        assertThat(Handshaken.between(lenient, lenient, "localhost").isGood()).isTrue();
        assertThat(strict.socketParameters().getProtocols()).containsExactly("TLSv1.3");
        assertThat(lenient.socketParameters().getProtocols()).containsExactly("TLSv1.2", "TLSv1.3");
    }

    @Test
    void weakCipherSuitesAreRefusedByName() {
        for (String weak : List.of("TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "x")) {
            assertThatThrownBy(() -> new CipherSuites(List.of(weak)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("\"" + weak + "\" is unknown or too weak");
        }
        assertThat(new CipherSuites(List.of("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")).enabled())
                .contains("TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")
                .doesNotContain("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void aClusterCanMoveToAnotherAuthorityStepByStep(SslProvider provider) throws Exception {
        TestAuthority next = TestAuthority.named("next CA");
        TlsParty server = party("server", provider, "localhost");
        TlsParty client = party("client", provider);

        trust(authority, next);
        look(server);
        look(client);
        assertThat(Handshaken.between(server, client, "localhost").isGood()).isTrue();
        next.issue("server", "localhost").writeTo(folder, "server");
        look(server);
        assertThat(Handshaken.between(server, client, "localhost").isGood()).isTrue();
        next.issue("client").writeTo(folder, "client");
        look(client);
        assertThat(Handshaken.between(server, client, "localhost").isGood()).isTrue();
        trust(next);
        look(server);
        look(client);
        assertThat(Handshaken.between(server, client, "localhost").isGood()).isTrue();
        assertThat(server.status().reloads()).isEqualTo(3);
        TlsParty old = open(settings("old", authority.issue("old")), provider);
        assertThat(Handshaken.between(server, old, "localhost").isGood()).isFalse();
    }

    private static void look(TlsParty party) {
        party.look();
        party.look();
    }

    @Test
    void badFilesAreNotTakenAndToldOfUntilGoodOnesCome() throws Exception {
        TlsParty server = party("server", SslProvider.JDK, "localhost");
        TlsParty client = party("client", SslProvider.JDK);
        Files.writeString(folder.resolve("server.key"), authority.issue("x").key());
        look(server);
        assertThat(server.status().refusedFiles())
                .hasValueSatisfying(why -> assertThat(why).contains("is not that of the certificate"));
        assertThat(Handshaken.between(server, client, "localhost").isGood()).isTrue();
        authority.issue("server", "localhost").writeTo(folder, "server");
        look(server);
        assertThat(server.status().refusedFiles()).isEmpty();
        assertThat(server.status().reloads()).isEqualTo(1);
    }

    @Test
    void filesThatAreBeingWrittenAreLeftAlone() throws Exception {
        TlsParty server = party("server", SslProvider.JDK, "localhost");
        Issued renewed = authority.issue("server", "localhost");
        Files.writeString(folder.resolve("server.crt"), renewed.chain());
        server.look();
        Files.writeString(folder.resolve("server.key"), renewed.key());
        server.look();
        assertThat(server.status().refusedFiles()).isEmpty();
        assertThat(server.status().reloads()).isZero();
        server.look();
        assertThat(server.status().reloads()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void aListOfRevokedCertificatesCountsFromWhenItIsThere(SslProvider provider) throws Exception {
        Files.writeString(folder.resolve("crl.pem"), authority.revoking());
        TlsSettings settings = settings("server", authority.issue("server", "localhost"));
        TlsSettings strict = new TlsSettings(
                settings.role(),
                settings.files().withRevocations(folder.resolve("crl.pem")),
                settings.admittance(),
                true,
                settings.minVersion(),
                settings.suites(),
                false);
        TlsParty server = open(strict, provider);
        Issued issued = authority.issue("client");
        TlsParty client = open(settings("client", issued), provider);
        assertThat(Handshaken.between(server, client, "localhost").isGood()).isTrue();
        Files.writeString(folder.resolve("crl.pem"), authority.revoking(issued));
        look(server);
        Handshaken handshaken = Handshaken.between(server, client, "localhost");
        assertRefusedByServer(handshaken, RefusalReason.REVOKED, "is revoked by its CA");
        assertTold(handshaken, provider, "it says that the certificate it was shown is revoked");
    }

    @Test
    void theEndOfACertificateIsTold() throws Exception {
        Instant end = Instant.now().plus(Duration.ofDays(3));
        Issued issued = authority
                .request("a")
                .valid(Instant.now().minusSeconds(60), end)
                .issue();
        TlsStatus status = open(settings("a", issued), SslProvider.JDK).status();
        assertThat(status.certificate().orElseThrow().end()).isBetween(end.minusSeconds(2), end);
        assertThat(status.authorities())
                .extracting(TlsStatus.Certificate::subject)
                .containsExactly("CN=our CA");
    }
}
