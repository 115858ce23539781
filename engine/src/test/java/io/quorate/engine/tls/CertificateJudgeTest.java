package io.quorate.engine.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.engine.tls.CertificateJudge.Use;
import io.quorate.testing.TestAuthority;
import io.quorate.testing.TestAuthority.Issued;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;

/** What passes, and what each refusal says. */
class CertificateJudgeTest {

    private static final Duration DAY = Duration.ofDays(1);

    private final Instant now = Instant.now();

    private final TestAuthority authority = TestAuthority.named("our CA");
    private final CertificateJudge judge = judge(authority);

    private static CertificateJudge judge(TestAuthority... trusted) {
        List<X509Certificate> authorities = new ArrayList<>();
        for (TestAuthority each : trusted) {
            authorities.add(each.certificate());
        }
        return new CertificateJudge(authorities, List.of());
    }

    private static List<X509Certificate> chain(Issued issued) throws GeneralSecurityException {
        List<X509Certificate> chain = new ArrayList<>();
        for (var each : CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(issued.chain().getBytes(StandardCharsets.US_ASCII)))) {
            chain.add((X509Certificate) each);
        }
        return chain;
    }

    private static X509CRL list(String pem) throws GeneralSecurityException {
        return (X509CRL) CertificateFactory.getInstance("X.509")
                .generateCRL(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    private static void assertRefused(RefusalReason reason, String sentence, ThrowingCallable judging) {
        assertThatThrownBy(judging)
                .isInstanceOfSatisfying(
                        CertificateRefusedException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(reason))
                .hasMessageContaining(sentence);
    }

    @Test
    void aCertificateOfATrustedAuthorityPassesForEitherSide() throws Exception {
        Issued issued = authority.issue("a", "localhost");
        for (Use use : Use.values()) {
            assertThatCode(() -> judge.judge(chain(issued), use, now)).doesNotThrowAnyException();
        }
    }

    @Test
    void theWayToTheRootMayLeadOverOthersThatComeAlong() throws Exception {
        Issued issued = authority.below("office").below("floor").issue("a", "localhost");
        assertThat(chain(issued)).hasSize(3);
        assertThatCode(() -> judge.judge(chain(issued), Use.SERVER, now)).doesNotThrowAnyException();
        assertRefused(
                RefusalReason.UNKNOWN_AUTHORITY,
                "comes from the CA \"CN=floor\", which is not trusted here; trusted is \"CN=our CA\"",
                () -> judge.judge(chain(issued).subList(0, 1), Use.SERVER, now));
    }

    @Test
    void anotherAuthorityIsRefusedByNameAndOneOfTheSameNameByItsKey() {
        Issued stranger = TestAuthority.named("their CA").issue("a", "localhost");
        assertRefused(
                RefusalReason.UNKNOWN_AUTHORITY,
                "the certificate of \"CN=a\" comes from the CA \"CN=their CA\", which is not trusted here",
                () -> judge.judge(chain(stranger), Use.SERVER, now));
        Issued forged = TestAuthority.named("our CA").issue("a", "localhost");
        assertRefused(
                RefusalReason.UNKNOWN_AUTHORITY,
                "and the one of that name which is trusted here has not signed it",
                () -> judge.judge(chain(forged), Use.SERVER, now));
    }

    @Test
    void twoAuthoritiesAreTrustedAtOnce() throws Exception {
        TestAuthority next = TestAuthority.named("next CA");
        CertificateJudge both = judge(authority, next);
        for (Issued issued : List.of(authority.issue("a"), next.issue("b"))) {
            assertThatCode(() -> both.judge(chain(issued), Use.CLIENT, now)).doesNotThrowAnyException();
        }
    }

    @Test
    void outOfItsTimeIsRefusedWithTheTime() {
        Issued old = authority
                .request("a")
                .valid(now.minus(DAY.multipliedBy(2)), now.minus(DAY))
                .issue();
        assertRefused(
                RefusalReason.EXPIRED,
                "the certificate of \"CN=a\" has expired, on "
                        + now.minus(DAY).toString().substring(0, 10),
                () -> judge.judge(chain(old), Use.SERVER, now));
        Issued early = authority
                .request("a")
                .valid(now.plus(DAY), now.plus(DAY.multipliedBy(2)))
                .issue();
        assertRefused(
                RefusalReason.NOT_YET_VALID,
                "is not valid before " + now.plus(DAY).toString().substring(0, 10),
                () -> judge.judge(chain(early), Use.SERVER, now));
    }

    @Test
    void anAuthorityThatHasExpiredVouchesForNobody() {
        TestAuthority past = TestAuthority.root("past CA", now.minus(DAY.multipliedBy(9)), now.minus(DAY));
        Issued issued = past.issue("a", "localhost");
        assertRefused(
                RefusalReason.EXPIRED,
                "comes from a CA whose own certificate, \"CN=past CA\", has expired",
                () -> judge(past, authority).judge(chain(issued), Use.SERVER, now));
    }

    @Test
    void aRevokedCertificateIsRefusedAndItsNeighbourIsNot() throws Exception {
        Issued revoked = authority.issue("a", "localhost");
        Issued good = authority.issue("b", "localhost");
        CertificateJudge strict =
                new CertificateJudge(List.of(authority.certificate()), List.of(list(authority.revoking(revoked))));
        assertRefused(
                RefusalReason.REVOKED, "is revoked by its CA", () -> strict.judge(chain(revoked), Use.CLIENT, now));
        assertThatCode(() -> strict.judge(chain(good), Use.CLIENT, now)).doesNotThrowAnyException();
    }

    @Test
    void anAuthorityInBetweenCanBeRevokedWithAllThatItIssued() throws Exception {
        TestAuthority office = authority.below("office");
        Issued issued = office.issue("a", "localhost");
        Issued asRevoked = new Issued(office.certificate(), office.pem(), issued.keys());
        CertificateJudge strict =
                new CertificateJudge(List.of(authority.certificate()), List.of(list(authority.revoking(asRevoked))));
        assertRefused(
                RefusalReason.REVOKED,
                "the certificate of \"CN=office\"",
                () -> strict.judge(chain(issued), Use.CLIENT, now));
    }

    private static Issued asRevoked(TestAuthority revoked) {
        return new Issued(
                revoked.certificate(), revoked.pem(), revoked.issue("x").keys());
    }

    @Test
    void anAuthorityInBetweenRevokesWhatItIssued() throws Exception {
        TestAuthority office = authority.below("office");
        Issued revoked = office.issue("a");
        Issued good = office.issue("b");
        TestAuthority namesake = TestAuthority.named("office");
        List<X509CRL> lists = List.of(list(office.revoking(revoked)), list(namesake.revoking(good)));
        CertificateJudge strict = new CertificateJudge(List.of(authority.certificate()), lists);
        assertRefused(
                RefusalReason.REVOKED, "is revoked by its CA", () -> strict.judge(chain(revoked), Use.CLIENT, now));
        assertThatCode(() -> strict.judge(chain(good), Use.CLIENT, now)).doesNotThrowAnyException();
    }

    @Test
    void anAuthorityThatIsTrustedItselfMayBeRevokedByTheOneAboveIt() throws Exception {
        TestAuthority office = authority.below("office");
        TestAuthority floor = office.below("floor");
        Issued issued = floor.issue("a");
        List<X509Certificate> all = List.of(floor.certificate(), office.certificate(), authority.certificate());
        for (String revoking : List.of(office.revoking(asRevoked(floor)), authority.revoking(asRevoked(office)))) {
            CertificateJudge strict = new CertificateJudge(all, List.of(list(revoking)));
            assertRefused(
                    RefusalReason.REVOKED, "is revoked by its CA", () -> strict.judge(chain(issued), Use.CLIENT, now));
        }
        CertificateJudge none = new CertificateJudge(all, List.of(list(authority.revoking())));
        assertThatCode(() -> none.judge(chain(issued), Use.CLIENT, now)).doesNotThrowAnyException();
    }

    @Test
    void anAuthorityVouchesForNoUseButThoseItIsMadeFor() throws Exception {
        Issued issued = authority
                .below("servers", KeyPurposeId.id_kp_serverAuth)
                .below("floor")
                .issue("a", "localhost");
        assertThatCode(() -> judge.judge(chain(issued), Use.SERVER, now)).doesNotThrowAnyException();
        assertRefused(
                RefusalReason.WRONG_USE,
                "comes by the CA \"CN=servers\", which may not vouch for a client",
                () -> judge.judge(chain(issued), Use.CLIENT, now));
        Issued any = authority
                .below("all", KeyPurposeId.anyExtendedKeyUsage)
                .below("both", KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth)
                .issue("a", "localhost");
        assertThatCode(() -> judge.judge(chain(any), Use.CLIENT, now)).doesNotThrowAnyException();
        // One that is trusted is no more free than those below it.
        TestAuthority servers = authority.below("servers", KeyPurposeId.id_kp_serverAuth);
        assertRefused(
                RefusalReason.WRONG_USE,
                "which may not vouch for a client",
                () -> judge(servers).judge(chain(servers.issue("a")), Use.CLIENT, now));
    }

    @Test
    void aTrustedAuthorityVouchesForNoNamesButItsOwn() throws Exception {
        TestAuthority domain = TestAuthority.ofDomain("domain CA", "example.org");
        CertificateJudge limited = judge(domain);
        for (Issued good : List.of(
                domain.issue("a", "a.example.org"),
                domain.below("office").issue("b", "example.org"),
                domain.issue("Ann Lee"))) {
            assertThatCode(() -> limited.judge(chain(good), Use.SERVER, now)).doesNotThrowAnyException();
        }
        for (Issued bad : List.of(
                domain.issue("a", "a.example.com"), domain.below("office").issue("b", "b.example.org", "other.org"))) {
            assertRefused(
                    RefusalReason.UNKNOWN_AUTHORITY,
                    "has names for which the CA \"CN=domain CA\" may not vouch",
                    () -> limited.judge(chain(bad), Use.SERVER, now));
        }
    }

    @Test
    void aTrustedAuthorityMayForbidOthersBelowIt() throws Exception {
        TestAuthority alone = TestAuthority.withNoneBelow("lone CA");
        assertThatCode(() -> judge(alone).judge(chain(alone.issue("a")), Use.CLIENT, now))
                .doesNotThrowAnyException();
        assertRefused(
                RefusalReason.UNKNOWN_AUTHORITY,
                "comes by 1 CAs below \"CN=lone CA\", which allows 0",
                () -> judge(alone).judge(chain(alone.below("office").issue("a")), Use.CLIENT, now));
    }

    @Test
    void noWayIsLookedForAmongMany() throws Exception {
        List<X509Certificate> shown = new ArrayList<>(chain(authority.issue("a")));
        while (shown.size() < 10) {
            shown.add(authority.issue("x").certificate());
        }
        assertThatCode(() -> judge.judge(shown, Use.CLIENT, now)).doesNotThrowAnyException();
        shown.add(authority.certificate());
        assertRefused(
                RefusalReason.UNKNOWN_AUTHORITY,
                "it showed 11 certificates at once",
                () -> judge.judge(shown, Use.CLIENT, now));
    }

    @Test
    void aCertificateServesForNothingButWhatItIsMadeFor() throws Exception {
        Issued client = authority.request("a").forClientsAlone().issue();
        Issued server = authority.request("a").forServersAlone().issue();
        assertThatCode(() -> judge.judge(chain(client), Use.CLIENT, now)).doesNotThrowAnyException();
        assertThatCode(() -> judge.judge(chain(server), Use.SERVER, now)).doesNotThrowAnyException();
        assertRefused(
                RefusalReason.WRONG_USE,
                "is not made for a server; its extended key usage lacks serverAuth",
                () -> judge.judge(chain(client), Use.SERVER, now));
        assertRefused(
                RefusalReason.WRONG_USE,
                "is not made for a client; its extended key usage lacks clientAuth",
                () -> judge.judge(chain(server), Use.CLIENT, now));
        Issued mute = authority.request("a").withoutSigning().issue();
        assertRefused(
                RefusalReason.WRONG_USE, "lacks digitalSignature", () -> judge.judge(chain(mute), Use.SERVER, now));
    }

    @Test
    void whoeverIsNoAuthorityVouchesForNobody() throws Exception {
        Issued member = authority.issue("member", "localhost");
        CertificateJudge fooled = new CertificateJudge(List.of(member.certificate()), List.of());
        Issued issued = authority.issue("a");
        assertRefused(
                RefusalReason.UNKNOWN_AUTHORITY,
                "comes from the CA",
                () -> fooled.judge(chain(issued), Use.SERVER, now));
    }

    @Test
    void nothingShownIsRefused() {
        assertRefused(
                RefusalReason.NO_CERTIFICATE, "showed no certificate", () -> judge.judge(List.of(), Use.CLIENT, now));
    }
}
