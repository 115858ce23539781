package io.quorate.engine.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.quorate.testing.TestAuthority;
import io.quorate.testing.TestAuthority.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is let in by either library, what a refusal says at both ends, and what changed files do. */
class TlsPartyTest {

    /** Of TLS 1.2, one that is good and one that encrypts first and authenticates by the way. */
    private static final String AUTHENTICATING = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";

    private static final String CHAINING = "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA";

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

    /** Of one that trusts its own CA as well as ours. */
    private TlsSettings strangersSettings(TestAuthority theirs, TestAuthority... ours) throws IOException {
        StringBuilder pem = new StringBuilder(theirs.pem());
        for (TestAuthority each : ours) {
            pem.append(each.pem());
        }
        Path trusted = Files.writeString(folder.resolve("stranger-ca.crt"), pem);
        theirs.issue("stranger").writeTo(folder, "stranger");
        return TlsSettings.mutual(
                "stranger", TlsFiles.of(folder.resolve("stranger.crt"), folder.resolve("stranger.key"), trusted));
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
        TlsParty stranger = open(strangersSettings(TestAuthority.named("their CA"), authority), provider);
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

        assertThat(with(lenient, olderClient(AUTHENTICATING)).isGood()).isTrue();
        assertNothingInCommon(with(strict, olderClient(AUTHENTICATING)));
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void suitesThatDoNotAuthenticateAreSpokenInNoVersion(SslProvider provider) throws Exception {
        TlsSettings settings = settings("server", authority.issue("server", "localhost"));
        TlsParty lenient = open(settings.withMinVersion(TlsVersion.TLS_1_2), provider);
        assertNothingInCommon(with(lenient, olderClient(CHAINING)));
        // That it is not the client which cannot speak so.
        SslContext careless = SslContextBuilder.forServer(
                        folder.resolve("server.crt").toFile(),
                        folder.resolve("server.key").toFile())
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.2")
                .ciphers(List.of(CHAINING))
                .build();
        assertThat(Handshaken.between(careless.newHandler(UnpooledByteBufAllocator.DEFAULT), olderClient(CHAINING))
                        .isGood())
                .isTrue();
    }

    /** Speaks TLS 1.2 alone, with one suite, to anybody. */
    private SslHandler olderClient(String suite) throws IOException {
        authority.issue("older").writeTo(folder, "older");
        return SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.2")
                .ciphers(List.of(suite))
                .keyManager(
                        folder.resolve("older.crt").toFile(),
                        folder.resolve("older.key").toFile())
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm(null)
                .build()
                .newHandler(UnpooledByteBufAllocator.DEFAULT);
    }

    private static Handshaken with(TlsParty server, SslHandler client) {
        return Handshaken.between(server.accept(UnpooledByteBufAllocator.DEFAULT, Duration.ofSeconds(20)), client);
    }

    private static void assertNothingInCommon(Handshaken handshaken) {
        assertThat(handshaken.atServer()).map(TlsFailure::reason).contains(RefusalReason.NOTHING_IN_COMMON);
        assertThat(handshaken.atClient()).map(TlsFailure::reason).contains(RefusalReason.REFUSED_BY_THE_OTHER);
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void whoSaysNothingIsLeftInTheEnd(SslProvider provider) throws Exception {
        TlsParty server = party("server", provider, "localhost");
        Duration timeout = Duration.ofSeconds(3);
        assertThat(Handshaken.ofSilence(server, timeout, timeout.minusMillis(1)))
                .isEmpty();
        assertThat(Handshaken.ofSilence(server, timeout, timeout))
                .map(TlsFailure::reason)
                .contains(RefusalReason.TOO_SLOW);
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
        TlsParty old = open(strangersSettings(authority, next), provider);
        assertRefusedByServer(
                Handshaken.between(server, old, "localhost"),
                RefusalReason.UNKNOWN_AUTHORITY,
                "comes from the CA \"CN=our CA\", which is not trusted here");
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

    private void assertRefusedFiles(TlsParty party, Issued issued, String sentence) throws Exception {
        issued.writeTo(folder, "server");
        look(party);
        assertThat(party.status().refusedFiles())
                .hasValueSatisfying(why -> assertThat(why).contains(sentence));
        assertThat(party.status().reloads()).isZero();
    }

    private void assertOwnIsJudged(TlsParty party) throws Exception {
        Issued serversAlone = authority.request("server").forServersAlone().issue();
        Issued clientsAlone = authority.request("server").forClientsAlone().issue();
        Issued mute = authority.request("server").withoutSigning().issue();
        KeyPair edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        assertRefusedFiles(party, serversAlone, "server.crt cannot be shown, since the other side would refuse it");
        assertRefusedFiles(party, clientsAlone, "is not made for a server");
        assertRefusedFiles(party, mute, "lacks digitalSignature");
        assertRefusedFiles(party, authority.request("server").withKeys(edwards).issue(), "use an EC or RSA key");
        assertRefusedFiles(party, TestAuthority.named("their CA").issue("server"), "which is not trusted here");
    }

    @Test
    void aMemberTakesNoCertificateOfItsOwnThatTheOthersWouldRefuse() throws Exception {
        TlsParty member = party("server", SslProvider.JDK, "localhost");
        assertOwnIsJudged(member);
        assertThat(Handshaken.between(member, party("client", SslProvider.JDK), "localhost")
                        .isGood())
                .isTrue();
        assertThatThrownBy(() -> open(member.settings(), SslProvider.JDK))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("which is not trusted here");
    }

    @Test
    void whoServesClientsMayHaveACertificateOfAnotherAuthority() throws Exception {
        Issued publicOne = TestAuthority.named("public CA")
                .request("server")
                .forServersAlone()
                .issue();
        TlsParty port = open(settings("server", publicOne).withHttp(), SslProvider.JDK);
        assertRefusedFiles(port, authority.request("server").forClientsAlone().issue(), "is not made for a server");
        TlsSettings client =
                settings("client", authority.request("client").forClientsAlone().issue());
        assertThatCode(() -> open(client.withHttp().dialingAlone(), SslProvider.JDK))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> open(client.withHttp(), SslProvider.JDK))
                .hasMessageContaining("is not made for a server");
    }

    @Test
    void whateverGoesWrongWithNewFilesTheOldStayInUseAndItIsTold() throws Exception {
        AtomicReference<InstantSource> clock = new AtomicReference<>(InstantSource.system());
        TlsParty server = TlsParty.open(
                settings("server", authority.issue("server", "localhost")),
                SslProvider.JDK,
                () -> Objects.requireNonNull(clock.get()).instant());
        clock.set(() -> {
            throw new IllegalStateException("a library is at a loss");
        });
        assertRefusedFiles(server, authority.issue("server", "localhost"), "a library is at a loss");
        clock.set(InstantSource.system());
        assertThat(Handshaken.between(server, party("client", SslProvider.JDK), "localhost")
                        .isGood())
                .isTrue();
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
                false,
                true);
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
