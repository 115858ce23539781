package io.quorate.engine.tls;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import javax.security.auth.x500.X500Principal;

/** What sentences say of a certificate. */
final class CertificateText {

    private CertificateText() {}

    /** Whose it is: its subject, or where that is empty whom it names otherwise. */
    static String name(X509Certificate certificate) {
        String subject = subject(certificate);
        return "the certificate of " + (subject.isEmpty() ? CertificateNames.of(certificate) : "\"" + subject + "\"");
    }

    static String subject(X509Certificate certificate) {
        return of(certificate.getSubjectX500Principal());
    }

    static String issuer(X509Certificate certificate) {
        return "\"" + of(certificate.getIssuerX500Principal()) + "\"";
    }

    static String of(X500Principal principal) {
        return PrintableText.of(principal.getName());
    }

    static Instant begin(X509Certificate certificate) {
        return certificate.getNotBefore().toInstant().truncatedTo(ChronoUnit.SECONDS);
    }

    static Instant end(X509Certificate certificate) {
        return certificate.getNotAfter().toInstant().truncatedTo(ChronoUnit.SECONDS);
    }

    static boolean isExpired(X509Certificate certificate, Instant now) {
        return now.isAfter(certificate.getNotAfter().toInstant());
    }

    static boolean isNotYetValid(X509Certificate certificate, Instant now) {
        return now.isBefore(certificate.getNotBefore().toInstant());
    }
}
