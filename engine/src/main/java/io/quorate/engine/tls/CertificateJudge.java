package io.quorate.engine.tls;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Judges certificates by the CAs that are trusted: whether a chain of signatures leads to one of them (RFC 5280, section 6), whether all
 * of it is valid now and none of it revoked, and whether the certificate is made for what it is used for. Whose it is, is for others to
 * judge. Thread-safe.
 */
final class CertificateJudge {

    /** What a certificate is used for, and the key usages that allow it (RFC 5280, section 4.2.1.12). */
    enum Use {
        SERVER("1.3.6.1.5.5.7.3.1", "a server"),
        CLIENT("1.3.6.1.5.5.7.3.2", "a client");

        private final String extendedUsage;
        private final String text;

        Use(String extendedUsage, String text) {
            this.extendedUsage = extendedUsage;
            this.text = text;
        }

        String extendedUsage() {
            return extendedUsage;
        }

        /** As a part of sentences. */
        String text() {
            return text;
        }
    }

    /** A longer chain is not looked at: finding a way through it could be made to take long. */
    private static final int MOST_SHOWN = 10;

    private static final int DIGITAL_SIGNATURE = 0;

    /** More CAs than a sentence can hold are not named one by one. */
    private static final int MOST_NAMED = 4;

    private final List<X509Certificate> authorities;
    private final List<X509CRL> revocations;

    CertificateJudge(List<X509Certificate> authorities, List<X509CRL> revocations) {
        this.authorities = List.copyOf(authorities);
        this.revocations = List.copyOf(revocations);
    }

    List<X509Certificate> authorities() {
        return authorities;
    }

    /**
     * @param shown the certificate, and behind it whatever else the other side has sent
     * @throws CertificateRefusedException if it does not pass
     */
    void judge(List<X509Certificate> shown, Use use, Instant now) throws CertificateRefusedException {
        if (shown.isEmpty()) {
            throw new CertificateRefusedException(RefusalReason.NO_CERTIFICATE, "it showed no certificate");
        }
        if (shown.size() > MOST_SHOWN) {
            throw new CertificateRefusedException(
                    RefusalReason.UNKNOWN_AUTHORITY,
                    "it showed " + shown.size()
                            + " certificates at once, and no way to a CA is looked for among more than " + MOST_SHOWN);
        }
        X509Certificate certificate = shown.getFirst();
        requireValid(certificate, now);
        List<X509Certificate> path = path(certificate, shown, now);
        requireNoneRevoked(path);
        requireUse(certificate, use);
        PathConstraints.require(path, use);
    }

    /** That a certificate is made for a use, whoever has issued it. */
    static void requireUse(X509Certificate certificate, Use use) throws CertificateRefusedException {
        requireSigning(certificate);
        PathConstraints.requireUse(certificate, certificate, use);
    }

    private static void requireValid(X509Certificate certificate, Instant now) throws CertificateRefusedException {
        if (CertificateText.isExpired(certificate, now)) {
            throw new CertificateRefusedException(
                    RefusalReason.EXPIRED,
                    CertificateText.name(certificate) + " has expired, on " + CertificateText.end(certificate));
        }
        if (CertificateText.isNotYetValid(certificate, now)) {
            throw new CertificateRefusedException(
                    RefusalReason.NOT_YET_VALID,
                    CertificateText.name(certificate) + " is not valid before " + CertificateText.begin(certificate)
                            + ", and it is " + now.truncatedTo(ChronoUnit.SECONDS)
                            + " here");
        }
    }

    /** From the certificate to the CA that is trusted, which comes last. */
    private List<X509Certificate> path(X509Certificate certificate, List<X509Certificate> shown, Instant now)
            throws CertificateRefusedException {
        // The JDK does not look whether a CA that is trusted is still valid.
        Set<TrustAnchor> anchors = authorities.stream()
                .filter(authority ->
                        !CertificateText.isExpired(authority, now) && !CertificateText.isNotYetValid(authority, now))
                .map(authority -> new TrustAnchor(authority, null))
                .collect(Collectors.toSet());
        if (anchors.isEmpty()) {
            throw untrusted(certificate, shown, now);
        }
        try {
            X509CertSelector target = new X509CertSelector();
            target.setCertificate(certificate);
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(shown)));
            PKIXCertPathBuilderResult result = (PKIXCertPathBuilderResult)
                    CertPathBuilder.getInstance("PKIX").build(parameters);
            List<X509Certificate> path = new ArrayList<>();
            result.getCertPath().getCertificates().forEach(each -> path.add((X509Certificate) each));
            path.add(result.getTrustAnchor().getTrustedCert());
            return path;
        } catch (CertPathBuilderException e) {
            throw untrusted(certificate, shown, now);
        } catch (InvalidAlgorithmParameterException e) {
            throw new IllegalStateException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM cannot judge certificates", e);
        }
    }

    /** Why there is no path: those that the other side has sent are looked at from the top, where it ends. */
    private CertificateRefusedException untrusted(
            X509Certificate certificate, List<X509Certificate> shown, Instant now) {
        X509Certificate top = certificate;
        for (int i = 1; i < shown.size(); i++) {
            X509Certificate above = shown.get(i);
            if (above.getSubjectX500Principal().equals(top.getIssuerX500Principal())
                    && !PathConstraints.isSelfIssued(above)) {
                if (CertificateText.isExpired(above, now) || CertificateText.isNotYetValid(above, now)) {
                    return outOfTime(certificate, above, now);
                }
                top = above;
            }
        }
        for (X509Certificate authority : authorities) {
            if (authority.getSubjectX500Principal().equals(top.getIssuerX500Principal())) {
                boolean outOfTime =
                        CertificateText.isExpired(authority, now) || CertificateText.isNotYetValid(authority, now);
                return outOfTime ? outOfTime(certificate, authority, now) : sameName(certificate, authority);
            }
        }
        String trusted = authorities.size() > MOST_NAMED
                ? "one of " + authorities.size() + " others"
                : authorities.stream()
                        .map(authority -> "\"" + CertificateText.subject(authority) + "\"")
                        .collect(Collectors.joining(", "));
        return new CertificateRefusedException(
                RefusalReason.UNKNOWN_AUTHORITY,
                CertificateText.name(certificate) + " comes from the CA " + CertificateText.issuer(top)
                        + ", which is not trusted here; trusted is " + trusted);
    }

    private static CertificateRefusedException outOfTime(
            X509Certificate certificate, X509Certificate authority, Instant now) {
        boolean expired = CertificateText.isExpired(authority, now);
        return new CertificateRefusedException(
                expired ? RefusalReason.EXPIRED : RefusalReason.NOT_YET_VALID,
                CertificateText.name(certificate) + " comes from a CA whose own certificate, "
                        + "\"" + CertificateText.subject(authority) + "\", "
                        + (expired
                                ? "has expired, on " + CertificateText.end(authority)
                                : "is not valid before " + CertificateText.begin(authority)));
    }

    private static CertificateRefusedException sameName(X509Certificate certificate, X509Certificate authority) {
        return new CertificateRefusedException(
                RefusalReason.UNKNOWN_AUTHORITY,
                CertificateText.name(certificate) + " claims to come from the CA "
                        + "\"" + CertificateText.subject(authority)
                        + "\", and the one of that name which is trusted here has not signed it, or may not");
    }

    private void requireNoneRevoked(List<X509Certificate> path) throws CertificateRefusedException {
        if (revocations.isEmpty()) {
            return;
        }
        List<X509Certificate> upwards = upwards(path);
        for (int i = 0; i + 1 < upwards.size(); i++) {
            X509Certificate certificate = upwards.get(i);
            X509Certificate issuer = upwards.get(i + 1);
            for (X509CRL list : revocations) {
                // A list speaks for the CA that has signed it, and two CAs may bear one name.
                if (list.isRevoked(certificate) && TlsMaterial.isSignedBy(list, issuer)) {
                    throw new CertificateRefusedException(
                            RefusalReason.REVOKED,
                            CertificateText.name(certificate) + ", serial number "
                                    + certificate.getSerialNumber().toString(16) + ", is revoked by its CA");
                }
            }
        }
    }

    /** The same path, and on from where it ends as long as a CA that is trusted as well has signed the last: it may have revoked it. */
    private List<X509Certificate> upwards(List<X509Certificate> path) {
        List<X509Certificate> upwards = new ArrayList<>(path);
        Optional<X509Certificate> above = issuer(upwards);
        while (above.isPresent()) {
            upwards.add(above.get());
            above = issuer(upwards);
        }
        return upwards;
    }

    /** Of the last one, among those that are trusted and not among these already. */
    private Optional<X509Certificate> issuer(List<X509Certificate> path) {
        X509Certificate last = path.getLast();
        return authorities.stream()
                .filter(authority -> authority.getSubjectX500Principal().equals(last.getIssuerX500Principal()))
                .filter(authority -> !path.contains(authority) && isSignedBy(last, authority))
                .findFirst();
    }

    private static boolean isSignedBy(X509Certificate certificate, X509Certificate authority) {
        try {
            certificate.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static void requireSigning(X509Certificate certificate) throws CertificateRefusedException {
        boolean[] usage = certificate.getKeyUsage();
        if (usage != null && !usage[DIGITAL_SIGNATURE]) {
            throw new CertificateRefusedException(
                    RefusalReason.WRONG_USE,
                    CertificateText.name(certificate)
                            + " may not be used to sign, as TLS needs it; its key usage lacks digitalSignature");
        }
    }
}
