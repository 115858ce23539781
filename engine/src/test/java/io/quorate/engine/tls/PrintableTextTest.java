package io.quorate.engine.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.testing.TestAuthority;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** No name in a certificate forges a line of a log or drives a terminal. */
class PrintableTextTest {

    private static final String EVIL = "a\r\nWARN all is lost \u001b[2J\u009b1m\u202e\u2028\u0000";

    private final TestAuthority authority = TestAuthority.named("CA");

    @Test
    void whatCanBeSeenStaysAndAllElseIsReplaced() {
        assertThat(PrintableText.of("CN=Jörg Müller,O=例え \ud83d\ude00")).isEqualTo("CN=Jörg Müller,O=例え \ud83d\ude00");
        assertThat(PrintableText.of(EVIL)).isEqualTo("a??WARN all is lost ?[2J?1m???");
        assertThat(PrintableText.of("\ud83d")).isEqualTo("?");
    }

    @Test
    void whatIsLongIsCut() {
        assertThat(PrintableText.of("x".repeat(200))).isEqualTo("x".repeat(200));
        assertThat(PrintableText.of("x".repeat(10_000))).isEqualTo("x".repeat(200) + "...");
        assertThat(PrintableText.of("\ud83d\ude00".repeat(201))).isEqualTo("\ud83d\ude00".repeat(200) + "...");
    }

    private static void assertPlain(ThrowingCallable refusing) {
        assertThatThrownBy(refusing)
                .isInstanceOf(CertificateRefusedException.class)
                .satisfies(refused -> assertThat(refused.getMessage())
                        .contains("WARN all is lost")
                        .matches("\\P{Cntrl}+")
                        .doesNotContain("\u202e", "\u2028", "\u009b")
                        .hasSizeLessThan(1000));
    }

    @Test
    void everySentenceOnACertificateIsPlain() {
        String longer = EVIL + "x".repeat(5000);
        X509Certificate certificate = TestAuthority.named(EVIL)
                .request(EVIL)
                .hosts(longer)
                .uri(CertificateNames.MEMBER_URI + "x".repeat(5000))
                .issue()
                .certificate();
        assertThat(CertificateNames.of(certificate).hosts())
                .singleElement()
                .satisfies(host -> assertThat(host).contains("\r\n", "\u001b").hasSizeGreaterThan(5000));
        CertificateJudge judge = new CertificateJudge(List.of(authority.certificate()), List.of());
        assertPlain(() -> judge.judge(List.of(certificate), CertificateJudge.Use.CLIENT, Instant.now()));
        assertPlain(() -> new Admittance(true, Set.of("ann"), Set.of()).require(certificate));
        assertPlain(() -> new Admittance(true, Set.of(), Set.of("node1")).require(certificate));
        assertThat(CertificateNames.of(certificate).members())
                .singleElement()
                .satisfies(member -> assertThat(member).hasSizeLessThan(300));
    }
}
