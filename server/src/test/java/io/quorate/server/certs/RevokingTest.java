package io.quorate.server.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.engine.tls.PemFile;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is revoked of what was issued, and what the lists of it say. */
class RevokingTest {

    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration YEARS = Duration.ofDays(3650);

    private Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    @TempDir
    private Path dir = Path.of("");

    private CertificateFolder folder() {
        return folder(dir);
    }

    private CertificateFolder folder(Path path) {
        InstantSource clock = () -> now;
        return new CertificateFolder(path, clock);
    }

    @BeforeEach
    void init() throws IOException {
        folder().init("CA", YEARS);
    }

    private X509Certificate issue(String name) throws IOException {
        return folder().issue(name, CertificateRequest.ofClient(name, Duration.ofDays(100)));
    }

    private List<String> revoke(String nameOrFile) throws IOException {
        return folder().revoking().revoke(nameOrFile);
    }

    private List<X509CRL> lists() throws IOException {
        return PemFile.read(dir.resolve("ca.crl")).revocations();
    }

    private boolean isRevoked(X509Certificate certificate) throws IOException {
        return lists().stream().anyMatch(list -> list.isRevoked(certificate));
    }

    private void assertRefused(String sentence, String nameOrFile) throws IOException {
        byte[] before = Files.readAllBytes(dir.resolve("ca.crl"));
        assertThatThrownBy(() -> revoke(nameOrFile))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(sentence);
        assertThat(dir.resolve("ca.crl")).hasBinaryContent(before);
    }

    @Test
    void aFolderBeginsWithAListThatRevokesNothing() throws Exception {
        X509CRL list = lists().getFirst();
        list.verify(folder().authority().certificate().getPublicKey());
        assertThat(list.getRevokedCertificates()).isNull();
        assertThat(CertificateAuthority.numberOf(list)).isOne();
        assertThat(list.getThisUpdate().toInstant()).isEqualTo(now);
        assertThat(list.getNextUpdate().toInstant()).isEqualTo(now.plus(CertificateFolder.VALIDITY));
    }

    @Test
    void aNameIsAllThatWasIssuedUnderIt() throws Exception {
        X509Certificate first = issue("ann");
        X509Certificate second = issue("ann");
        X509Certificate bobs = issue("bob");
        assertThat(revoke("ann")).hasSize(2);
        assertThat(isRevoked(first)).isTrue();
        assertThat(isRevoked(second)).isTrue();
        assertThat(isRevoked(bobs)).isFalse();
        X509Certificate third = issue("ann");
        assertThat(isRevoked(third)).isFalse();
        assertThat(revoke("ann")).containsExactly(third.getSerialNumber().toString(16));
        assertThat(isRevoked(first)).as("what was revoked before").isTrue();
    }

    @Test
    void aFileIsTheOneCertificateInIt() throws Exception {
        X509Certificate first = issue("ann");
        Path kept = Files.copy(dir.resolve("ann.crt"), dir.resolve("kept.pem"), StandardCopyOption.REPLACE_EXISTING);
        X509Certificate second = issue("ann");
        assertThat(revoke(kept.toString()))
                .containsExactly(first.getSerialNumber().toString(16));
        assertThat(isRevoked(first)).isTrue();
        assertThat(isRevoked(second)).isFalse();
    }

    @Test
    void theNumberOfAListRisesAndItsEndIsNoLaterThanTheAuthoritys() throws Exception {
        issue("ann");
        issue("bob");
        BigInteger before = CertificateAuthority.numberOf(lists().getFirst());
        Instant since = now;
        revoke("ann");
        now = now.plus(Duration.ofDays(50));
        revoke("bob");
        assertThat(CertificateAuthority.numberOf(lists().getFirst())).isEqualTo(before.add(BigInteger.TWO));
        X509Certificate anns =
                PemFile.read(dir.resolve("ann.crt")).certificates().getFirst();
        assertThat(lists().getFirst()
                        .getRevokedCertificate(anns)
                        .getRevocationDate()
                        .toInstant())
                .as("since when it is, is not forgotten")
                .isEqualTo(since);
        now = folder().authority().certificate().getNotAfter().toInstant().minus(DAY);
        folder().renewAll();
        assertThat(lists().getFirst().getNextUpdate().toInstant()).isEqualTo(now.plus(DAY));
        now = now.plus(DAY);
        BigInteger last = CertificateAuthority.numberOf(lists().getFirst());
        folder().renewAll();
        assertThat(CertificateAuthority.numberOf(lists().getFirst()))
                .as("a CA that has expired signs nothing")
                .isEqualTo(last);
    }

    @Test
    void renewingKeepsWhatIsRevokedAndIssuesItNoMore() throws Exception {
        X509Certificate anns = issue("ann");
        issue("bob");
        revoke("ann");
        assertThat(folder().renewAll())
                .extracting(certificate -> certificate.getSubjectX500Principal().getName())
                .containsExactly("CN=bob");
        assertThat(isRevoked(anns)).isTrue();
        assertThat(PemFile.read(dir.resolve("ann.crt")).certificates()).containsExactly(anns);
    }

    @Test
    void whileOneAuthorityFollowsAnotherWhatBothHaveIssuedCanBeRevoked() throws Exception {
        X509Certificate ofFirst = issue("ann");
        X509Certificate bobs = issue("bob");
        revoke("ann");
        folder().beginNewAuthority("second", YEARS);
        assertThat(lists()).hasSize(2);
        assertThat(isRevoked(ofFirst)).isTrue();
        X509Certificate ofSecond = issue("carl");
        revoke("bob");
        revoke("carl");
        assertThat(isRevoked(bobs)).isTrue();
        assertThat(isRevoked(ofSecond)).isTrue();
        // What is revoked need not be of the new one for the old one to be dropped.
        folder().dropOldAuthorities();
        assertThat(lists()).hasSize(1);
        lists().getFirst().verify(folder().authority().certificate().getPublicKey());
        assertThat(isRevoked(ofSecond)).isTrue();
    }

    /** It can sign nothing, and nothing that it has issued is valid. */
    @Test
    void anAuthorityThatHasExpiredKeepsNoNameFromBeingRevoked() throws Exception {
        Path other = dir.resolve("other");
        folder(other).init("first", Duration.ofDays(30));
        folder(other).beginNewAuthority("second", YEARS);
        now = now.plus(Duration.ofDays(31));
        X509Certificate anns = folder(other).issue("ann", CertificateRequest.ofClient("ann", Duration.ofDays(100)));
        assertThat(folder(other).revoking().revoke("ann"))
                .containsExactly(anns.getSerialNumber().toString(16));
        assertThat(PemFile.read(other.resolve("ca.crl")).revocations()).anyMatch(list -> list.isRevoked(anns));
    }

    @Test
    void aCertificateOfAnAuthorityWhoseKeyIsGoneIsNotRevokedByHalf() throws Exception {
        X509Certificate anns = issue("ann");
        issue("bob");
        revoke("ann");
        folder().beginNewAuthority("second", YEARS);
        Files.delete(dir.resolve("ca.key.old"));
        assertRefused("cannot sign what it revokes", "bob");
        assertRefused("cannot sign what it revokes", dir.resolve("bob.crt").toString());
        assertThat(folder().renewAll()).hasSize(1);
        assertThat(lists()).as("the list of the former stays").hasSize(2);
        assertThat(isRevoked(anns)).isTrue();
        folder().dropOldAuthorities();
        assertThat(revoke("bob")).isNotEmpty();
    }

    @Test
    void aFolderOfAnEarlierReleaseIsCompleted() throws Exception {
        X509Certificate anns = issue("ann");
        Files.delete(dir.resolve("ca.crl"));
        Files.delete(dir.resolve("issued.txt"));
        folder().completeRevocations();
        assertThat(isRevoked(anns)).isFalse();
        Files.delete(dir.resolve("ca.crl"));
        revoke("ann");
        assertThat(isRevoked(anns)).isTrue();
    }

    @Test
    void whatCannotBeRevokedIsSaidInOneSentence() throws Exception {
        issue("ann");
        revoke("ann");
        assertRefused("what was issued as \"ann\" is revoked already", "ann");
        assertRefused("nothing that is still valid was issued as \"none\"", "none");
        assertRefused("is the certificate of a CA", dir.resolve("ca.crt").toString());
        assertRefused("does not hold a certificate", dir.resolve("ann.key").toString());
        CertificateFolder theirs = folder(dir.resolve("theirs"));
        theirs.init("CA", YEARS);
        theirs.issue("bob", CertificateRequest.ofClient("bob", DAY));
        assertRefused(
                "was not issued by a CA of this folder",
                theirs.certificate("bob").toString());
        issue("dora");
        now = now.plus(Duration.ofDays(101));
        assertRefused("nothing that is still valid was issued as \"dora\"", "dora");
        Files.writeString(dir.resolve("issued.txt"), "xyz\n");
        assertRefused("cannot be read at line 1", "dora");
    }
}
