package io.quorate.engine.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.testing.TestAuthority;
import io.quorate.testing.TestAuthority.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files are taken, and what is said of those that are not. */
class TlsMaterialTest {

    private final Instant now = Instant.now();

    private final TestAuthority authority = TestAuthority.named("CA");

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void writeAuthority() throws IOException {
        Files.writeString(file("ca.crt"), authority.pem());
        authority.issue("a", "localhost").writeTo(folder, "a");
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    private TlsFiles files() {
        return TlsFiles.of(file("a.crt"), file("a.key"), file("ca.crt"));
    }

    private void assertRefused(String sentence) {
        assertRefused(files(), sentence);
    }

    private void assertRefused(TlsFiles files, String sentence) {
        assertThatThrownBy(() -> TlsMaterial.read(files, now))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void keysAreReadInEveryFormThatOpensslWrites() throws Exception {
        KeyPairGenerator rsaKeys = KeyPairGenerator.getInstance("RSA");
        rsaKeys.initialize(2048);
        KeyPair rsa = rsaKeys.generateKeyPair();
        Issued curve = authority.issue("a", "localhost");
        Issued withRsa = authority.request("a").hosts("localhost").withKeys(rsa).issue();
        assertThat(curve.traditionalKey()).startsWith("-----BEGIN EC PRIVATE KEY-----");
        assertThat(withRsa.traditionalKey()).startsWith("-----BEGIN RSA PRIVATE KEY-----");
        for (Issued issued : new Issued[] {curve, withRsa}) {
            for (String key : new String[] {issued.key(), issued.traditionalKey()}) {
                issued.writeTo(folder, "a");
                Files.writeString(file("a.key"), key);
                // That the key is the certificate's, is a condition of being read.
                assertThat(TlsMaterial.read(files(), now)
                                .identity()
                                .orElseThrow()
                                .certificate())
                        .isEqualTo(issued.certificate());
            }
        }
    }

    @Test
    void aFileThatIsNotThereOrHoldsSomethingElseIsNamed() throws Exception {
        Files.delete(file("a.key"));
        assertRefused(file("a.key") + " does not exist");
        Files.copy(file("a.crt"), file("a.key"));
        assertRefused(file("a.key") + " does not hold a private key");
        authority.issue("a").writeTo(folder, "a");
        Files.writeString(file("ca.crt"), "hello");
        assertRefused(file("ca.crt") + " does not hold a certificate");
    }

    @Test
    void damageIsToldFromAbsence() throws Exception {
        Files.writeString(file("a.crt"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assertRefused(file("a.crt") + " holds a certificate that cannot be read");
        authority.issue("a").writeTo(folder, "a");
        Files.writeString(file("a.key"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertRefused(file("a.key") + " holds a private key that cannot be read");
        Files.writeString(file("a.key"), "-----BEGIN EC PRIVATE KEY-----\nMAAA\n-----END EC PRIVATE KEY-----\n");
        assertRefused(file("a.key") + " holds a damaged private key");
        Files.writeString(
                file("a.key"), "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
        assertRefused(file("a.key") + " holds a key with a password");
    }

    @Test
    void aBlockThatIsCutShortIsNeverPassedOver() throws Exception {
        String good = Files.readString(file("ca.crt"));
        String other = TestAuthority.named("other").pem();
        for (String damaged : new String[] {
            other.substring(0, other.length() / 2),
            other.replace("-----END CERTIFICATE-----", ""),
            other.replace("-----BEGIN CERTIFICATE-----", ""),
            other.replace("-----END CERTIFICATE-----", "-----END CERTIFICATE----"),
            other.replaceFirst("(?s)(\n.{20})", "$1#"),
        }) {
            for (String text : new String[] {good + damaged, damaged + good}) {
                Files.writeString(file("ca.crt"), text);
                assertRefused(file("ca.crt") + " is damaged");
            }
        }
    }

    @Test
    void whyAFileCannotBeReadIsTold() throws Exception {
        Files.delete(file("ca.crt"));
        Files.createDirectory(file("ca.crt"));
        assertRefused(file("ca.crt") + " cannot be read: Is a directory; name a PEM file");
        Files.delete(file("ca.crt"));
        Files.createSymbolicLink(file("ca.crt"), file("ca.crt"));
        assertRefused(file("ca.crt") + " cannot be read: Too many levels of symbolic links");
    }

    @Test
    void theKeyOfAnotherCertificateIsRefused() throws Exception {
        Files.writeString(file("a.key"), authority.issue("b").key());
        assertRefused("the key in " + file("a.key") + " is not that of the certificate in " + file("a.crt"));
    }

    @Test
    void aCertificateThatIsOfNoUseNowIsRefused() {
        Duration day = Duration.ofDays(1);
        authority
                .request("a")
                .valid(now.minus(day.multipliedBy(2)), now.minus(day))
                .issue()
                .writeTo(folder, "a");
        assertRefused("the certificate in " + file("a.crt") + " has expired, on ");
        authority
                .request("a")
                .valid(now.plus(day), now.plus(day.multipliedBy(2)))
                .issue()
                .writeTo(folder, "a");
        assertRefused("the certificate in " + file("a.crt") + " is not valid before ");
    }

    @Test
    void whoIsNoAuthorityIsNotTrusted() throws Exception {
        Files.writeString(file("ca.crt"), authority.pem() + authority.issue("b").chain());
        assertRefused("which is not the certificate of a CA");
    }

    @Test
    void aListOfRevokedCertificatesOfAnotherAuthorityIsWarnedOfAndKeepsNothingFromBeingUsed() throws Exception {
        TlsFiles files = files().withRevocations(file("crl.pem"));
        TestAuthority office = authority.below("office");
        office.issue("a", "localhost").writeTo(folder, "a");
        Files.writeString(file("crl.pem"), authority.revoking() + office.revoking());
        TlsMaterial known = TlsMaterial.read(files, now);
        assertThat(known.revocations()).hasSize(2);
        assertThat(known.warnings()).isEmpty();
        Files.writeString(
                file("crl.pem"),
                authority.revoking() + TestAuthority.named("CA").revoking());
        TlsMaterial read = TlsMaterial.read(files, now);
        assertThat(read.revocations()).hasSize(2);
        assertThat(read.warnings())
                .singleElement()
                .satisfies(warning -> assertThat(warning)
                        .startsWith(file("crl.pem") + " has a list of revoked certificates of \"CN=CA\", which none"));
        Files.writeString(file("crl.pem"), authority.pem());
        assertRefused(files, file("crl.pem") + " does not hold a list of revoked certificates");
    }
}
