package io.quorate.engine.tls;

import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;

/**
 * Whom a port lets in of those whose certificate is good.
 *
 * @param required whether it must be shown one at all
 * @param commonNames of those let in; empty for all
 * @param hosts of which one at least must be named by the certificate; empty for all
 */
public record Admittance(boolean required, Set<String> commonNames, Set<String> hosts) {

    /** Asks for no certificate. */
    public static final Admittance OF_ANYBODY = new Admittance(false, Set.of(), Set.of());

    /** Wants one of a trusted CA, whoever it names. */
    public static final Admittance OF_CERTIFIED = new Admittance(true, Set.of(), Set.of());

    public Admittance {
        commonNames = Set.copyOf(commonNames);
        hosts = Set.copyOf(hosts);
    }

    void require(X509Certificate certificate) throws CertificateRefusedException {
        Optional<String> commonName = CertificateNames.commonName(certificate);
        if (!commonNames.isEmpty() && commonName.filter(commonNames::contains).isEmpty()) {
            throw new CertificateRefusedException(
                    RefusalReason.NOT_ALLOWED,
                    CertificateText.name(certificate) + " has the CommonName \""
                            + PrintableText.of(commonName.orElse(""))
                            + "\", and let in are only those with " + String.join(", ", commonNames));
        }
        CertificateNames names = CertificateNames.of(certificate);
        if (!hosts.isEmpty() && hosts.stream().noneMatch(names::covers)) {
            throw new CertificateRefusedException(
                    RefusalReason.NOT_ALLOWED,
                    CertificateText.name(certificate) + " stands for " + names + ", and let in are only "
                            + String.join(", ", hosts));
        }
    }
}
