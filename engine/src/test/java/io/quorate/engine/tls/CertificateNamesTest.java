package io.quorate.engine.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.testing.TestAuthority;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;

/** Which hosts, members and users a certificate stands for. */
class CertificateNamesTest {

    private final TestAuthority authority = TestAuthority.named("CA");

    private CertificateNames names(String... hosts) {
        return CertificateNames.of(
                authority.request("cn.example.org").hosts(hosts).issue().certificate());
    }

    @Test
    void aHostIsCoveredByItsNameInAnyCase() {
        CertificateNames names = names("Node1.example.org", "node2");
        assertThat(names.covers("node1.EXAMPLE.org")).isTrue();
        assertThat(names.covers("node1.example.org.")).isTrue();
        assertThat(names.covers("node2")).isTrue();
        assertThat(names.covers("node3.example.org")).isFalse();
        assertThat(names.covers("x.node1.example.org")).isFalse();
    }

    @Test
    void theCommonNameCoversNoHost() {
        assertThat(names().covers("cn.example.org")).isFalse();
        assertThat(names("node1").covers("cn.example.org")).isFalse();
    }

    @Test
    void aStarStandsForOneLabelAndNeverForAWholeDomain() {
        CertificateNames names = names("*.example.org", "*.org");
        assertThat(names.covers("node1.example.org")).isTrue();
        assertThat(names.covers("a.node1.example.org")).isFalse();
        assertThat(names.covers("example.org")).isFalse();
        assertThat(names.covers(".example.org")).isFalse();
        assertThat(names.covers("other.org")).isFalse();
    }

    @Test
    void anAddressIsCoveredByAnAddressAlone() {
        CertificateNames names = names("10.0.0.1", "2001:db8::1", "*.0.0.9");
        assertThat(names.covers("10.0.0.1")).isTrue();
        assertThat(names.covers("2001:0db8:0:0::1")).isTrue();
        assertThat(names.covers("10.0.0.2")).isFalse();
        assertThat(names("node1").covers("10.0.0.1")).isFalse();
    }

    @Test
    void aMemberIsNamedByAUri() {
        X509Certificate certificate = authority
                .request("a")
                .uri("quorate:member/1A2b")
                .uri("spiffe://example.org/x")
                .issue()
                .certificate();
        assertThat(CertificateNames.of(certificate).members()).containsExactly("1a2b");
    }

    @Test
    void aUserIsNamedByTheCommonName() {
        assertThat(CertificateNames.commonName(authority.issue("ann").certificate()))
                .contains("ann");
    }
}
