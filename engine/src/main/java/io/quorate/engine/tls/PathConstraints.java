package io.quorate.engine.tls;

import java.io.IOException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the CAs of a path forbid beyond what the JDK's path builder looks at: it takes a CA that is trusted for one that may do anything, and
 * the extended key usage of a CA for a remark. Go's crypto/x509, and so etcd, takes both for limits; so do we.
 */
final class PathConstraints {

    private static final String NAME_CONSTRAINTS = "2.5.29.30";
    private static final String ALTERNATIVE_NAMES = "2.5.29.17";
    private static final String ANY_USE = "2.5.29.37.0";

    private PathConstraints() {}

    /**
     * @param path from the certificate to the CA that is trusted
     * @throws CertificateRefusedException if one of them may not be used so, or vouches for more than it may
     */
    static void require(List<X509Certificate> path, CertificateJudge.Use use) throws CertificateRefusedException {
        requireLength(path);
        requireNames(path);
        for (X509Certificate each : path) {
            requireUse(path.getFirst(), each, use);
        }
    }

    /** The trusted CA may say how many others may come below it (RFC 5280, section 4.2.1.9). */
    private static void requireLength(List<X509Certificate> path) throws CertificateRefusedException {
        X509Certificate top = path.getLast();
        long between = path.subList(1, Math.max(1, path.size() - 1)).stream()
                .filter(each -> !isSelfIssued(each))
                .count();
        if (path.size() > 1 && between > top.getBasicConstraints()) {
            throw new CertificateRefusedException(
                    RefusalReason.UNKNOWN_AUTHORITY,
                    CertificateText.name(path.getFirst()) + " comes by " + between + " CAs below \""
                            + CertificateText.subject(top) + "\", which allows " + top.getBasicConstraints());
        }
    }

    /**
     * The trusted CA may say for which names it vouches (RFC 5280, section 4.2.1.10). A CommonName that could be a host counts as one where
     * there are no alternative names, as everywhere in the JDK; but not that of a CA in between, which nobody dials.
     */
    private static void requireNames(List<X509Certificate> path) throws CertificateRefusedException {
        X509Certificate top = path.getLast();
        try {
            Optional<X509CertSelector> allowed = names(top);
            for (int i = 0; allowed.isPresent() && i + 1 < path.size(); i++) {
                X509Certificate each = path.get(i);
                boolean isExempt = i > 0 && each.getExtensionValue(ALTERNATIVE_NAMES) == null;
                if (!isExempt && !allowed.get().match(each)) {
                    throw new CertificateRefusedException(
                            RefusalReason.UNKNOWN_AUTHORITY,
                            CertificateText.name(each) + " has names for which the CA \"" + CertificateText.subject(top)
                                    + "\" may not vouch; its name constraints say so");
                }
            }
        } catch (IOException e) {
            throw new CertificateRefusedException(
                    RefusalReason.UNKNOWN_AUTHORITY,
                    CertificateText.name(path.getFirst()) + " comes from the CA \"" + CertificateText.subject(top)
                            + "\", whose name constraints cannot be read");
        }
    }

    /**
     * Matches those for whose names a CA may vouch; empty if it may for all. The JDK's path builder takes no trusted CA with such limits.
     *
     * @throws IOException if what it says of that cannot be read
     */
    static Optional<X509CertSelector> names(X509Certificate authority) throws IOException {
        byte[] wrapped = authority.getExtensionValue(NAME_CONSTRAINTS);
        if (wrapped == null) {
            return Optional.empty();
        }
        X509CertSelector selector = new X509CertSelector();
        selector.setNameConstraints(unwrapped(wrapped));
        return Optional.of(selector);
    }

    /** The content of an octet string in DER. */
    private static byte[] unwrapped(byte[] wrapped) {
        int length = wrapped[1] & 0xff;
        int header = length < 0x80 ? 2 : 2 + length - 0x80;
        return Arrays.copyOfRange(wrapped, header, wrapped.length);
    }

    /** @param each the certificate itself, or a CA by which it comes */
    static void requireUse(X509Certificate certificate, X509Certificate each, CertificateJudge.Use use)
            throws CertificateRefusedException {
        try {
            List<String> extended = each.getExtendedKeyUsage();
            if (extended != null && !extended.contains(use.extendedUsage()) && !extended.contains(ANY_USE)) {
                throw new CertificateRefusedException(
                        RefusalReason.WRONG_USE,
                        CertificateText.name(certificate)
                                + (each.equals(certificate)
                                        ? " is not made for " + use.text()
                                        : " comes by the CA \"" + CertificateText.subject(each)
                                                + "\", which may not vouch for " + use.text())
                                + "; its extended key usage lacks "
                                + use.name().toLowerCase(Locale.ROOT) + "Auth");
            }
        } catch (CertificateParsingException e) {
            throw new CertificateRefusedException(
                    RefusalReason.WRONG_USE, CertificateText.name(each) + " has an unreadable extended key usage");
        }
    }

    static boolean isSelfIssued(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }
}
