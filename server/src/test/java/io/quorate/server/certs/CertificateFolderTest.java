package io.quorate.server.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.server.certs.CertificateRequest.Use;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a folder when a change of it ends half way, and what renewing keeps. */
class CertificateFolderTest {

    private static final Duration DAY = Duration.ofDays(1);
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

    private Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    @TempDir
    private Path dir = Path.of("");

    private CertificateFolder folder() {
        return folder(dir);
    }

    private Path file(String name) {
        return dir.resolve(name);
    }

    private CertificateFolder folder(Path path) {
        InstantSource clock = () -> now;
        return new CertificateFolder(path, clock);
    }

    /** Puts back a file as it was, as if the program had ended before it was written. */
    private void unwrite(String name, byte[] before) throws IOException {
        Files.write(file(name), before);
    }

    private static CertificateRequest client(String name) {
        return CertificateRequest.ofClient(name, DAY);
    }

    private void assertIssuedBy(X509Certificate authority) throws Exception {
        folder().issue("ann", client("ann")).verify(authority.getPublicKey());
    }

    @Test
    void aBeginningThatEndedHalfWayIsBegunAnew() throws Exception {
        folder().init("CA", DAY);
        Files.delete(file("ca.crt"));
        assertThat(folder().hasAuthority()).isFalse();
        assertIssuedBy(folder().init("CA", DAY).certificate());
    }

    @Test
    void aCertificateOfTheAuthorityThatWasLostIsNotReplacedByAnother() throws Exception {
        folder().init("CA", DAY);
        folder().issue("ann", client("ann"));
        byte[] key = Files.readAllBytes(file("ca.key"));
        Files.delete(file("ca.crt"));
        assertThatThrownBy(() -> folder().init("CA", DAY)).hasMessageContaining("bring back " + file("ca.crt"));
        assertThat(file("ca.key")).hasBinaryContent(key);
    }

    @Test
    void aChangeOfAuthoritiesThatEndedHalfWayLeavesTheFormerAtWorkAndIsDoneAnew() throws Exception {
        X509Certificate first = folder().init("first", DAY).certificate();
        byte[] authorities = Files.readAllBytes(file("ca.crt"));
        folder().beginNewAuthority("second", DAY);
        unwrite("ca.crt", authorities);
        assertIssuedBy(first);
        X509Certificate third = folder().beginNewAuthority("third", DAY).certificate();
        assertIssuedBy(third);
        assertThat(folder().trusted()).containsExactly(third, first);
        folder().dropOldAuthorities();
        assertThat(folder().trusted()).containsExactly(third);
        assertThat(file("ca.key.old")).doesNotExist();
        assertIssuedBy(third);
    }

    @Test
    void aChangeThatEndedHalfWayMayAlsoBeGivenUp() throws Exception {
        X509Certificate first = folder().init("first", DAY).certificate();
        byte[] authorities = Files.readAllBytes(file("ca.crt"));
        folder().beginNewAuthority("second", DAY);
        unwrite("ca.crt", authorities);
        folder().dropOldAuthorities();
        assertThat(file("ca.key.old")).doesNotExist();
        assertIssuedBy(first);
    }

    @Test
    void theKeyOfAnotherAuthorityIsRefusedAndNothingIsIssuedByIt() throws Exception {
        folder().init("CA", DAY);
        CertificateFolder other = folder(file("other"));
        other.init("CA", DAY);
        Files.copy(other.key("ca"), file("ca.key"), StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> folder().issue("ann", client("ann")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not in " + file("ca.key"));
        assertThat(file("ann.crt")).doesNotExist();
    }

    @Test
    void renewingDoesNotInheritThatOneWasCutShort() throws Exception {
        folder().init("old", DAY.multipliedBy(2));
        X509Certificate cut = folder().issue("ann", CertificateRequest.ofClient("ann", CertificateFolder.VALIDITY));
        assertThat(end(cut)).isEqualTo(now.plus(DAY.multipliedBy(2)));
        now = now.plus(DAY);
        assertThat(folder().renewAll()).allSatisfy(each -> assertThat(end(each)).isEqualTo(end(cut)));
        folder().beginNewAuthority("new", CertificateFolder.AUTHORITY_VALIDITY);
        Instant end = now.plus(CertificateFolder.VALIDITY);
        assertThat(folder().renewAll())
                .hasSize(1)
                .allSatisfy(each -> assertThat(end(each)).isEqualTo(end));
    }

    private static Instant end(X509Certificate certificate) {
        return certificate.getNotAfter().toInstant();
    }

    @Test
    void renewingMakesNoCertificateGoodForMoreThanItWas() throws Exception {
        folder().init("CA", DAY);
        folder().issue("web", new CertificateRequest("web", List.of("localhost"), List.of(), Set.of(Use.SERVER), DAY));
        assertThat(folder().renewAll())
                .singleElement()
                .satisfies(each -> assertThat(each.getExtendedKeyUsage()).containsExactly(SERVER_AUTH));
    }

    @Test
    void aClientDoesNotTakeThePlaceOfAMemberNorAMemberThatOfAClient() throws Exception {
        folder().init("CA", DAY);
        CertificateRequest member = CertificateRequest.ofMember("a", List.of("10.0.0.1"), List.of(), DAY);
        X509Certificate issued = folder().issue("a", member);
        byte[] key = Files.readAllBytes(file("a.key"));
        assertThatThrownBy(() -> folder().issue("a", client("a")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file("a.crt") + " is a certificate of a member, and one of a client");
        assertThat(file("a.key")).hasBinaryContent(key);
        assertThat(folder().issue("a", member)).isNotEqualTo(issued);
        folder().issue("ann", client("ann"));
        assertThatThrownBy(() -> folder().issue("ann", member)).hasMessageContaining("is a certificate of a client");
    }
}
