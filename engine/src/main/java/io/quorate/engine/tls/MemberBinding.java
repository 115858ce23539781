package io.quorate.engine.tls;

import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a certificate is that of the member who shows it: no member may speak for another one, with however good a certificate.
 *
 * <p>A certificate that names members ({@link CertificateNames#MEMBER_URI}) is that of those. One that names none, as they are issued for
 * etcd, is that of a member whose peer URL has a host that it covers.
 */
public final class MemberBinding {

    private MemberBinding() {}

    /**
     * What is wrong with the certificate of a member that dials, if anything is.
     *
     * @param member its id, in hexadecimal
     * @param hosts of its peer URLs
     */
    public static Optional<TlsFailure> failure(X509Certificate certificate, String member, Set<String> hosts) {
        CertificateNames names = CertificateNames.of(certificate);
        if (!names.members().isEmpty()) {
            return failure(certificate, member);
        }
        return hosts.stream().anyMatch(names::covers)
                ? Optional.empty()
                : wrong(
                        certificate,
                        "stands for " + names + ", and member " + member + " is reached at "
                                + (hosts.isEmpty() ? "no known host" : String.join(", ", hosts)));
    }

    /** The same of a member that was dialed at a host which its certificate covers. */
    public static Optional<TlsFailure> failure(X509Certificate certificate, String member) {
        Set<String> members = CertificateNames.of(certificate).members();
        return members.isEmpty() || members.contains(member)
                ? Optional.empty()
                : wrong(certificate, "is that of member " + String.join(", ", members) + ", and not of " + member);
    }

    private static Optional<TlsFailure> wrong(X509Certificate certificate, String what) {
        return Optional.of(new TlsFailure(RefusalReason.WRONG_NAME, CertificateText.name(certificate) + " " + what));
    }
}
