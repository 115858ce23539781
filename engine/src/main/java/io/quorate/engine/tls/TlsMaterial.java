package io.quorate.engine.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What one side of TLS connections shows, and by what it judges the other, as it was read from its files. An instance that exists is
 * consistent.
 *
 * @param identity what is shown; empty for one that shows nothing
 * @param authorities the CAs that are trusted; none for one that asks for no certificate
 * @param revocations lists of revoked certificates; each speaks for the CA that has signed it alone, trusted or between
 * @param warnings sentences on what is of no use in the files, and does no harm
 */
record TlsMaterial(
        Optional<Identity> identity,
        List<X509Certificate> authorities,
        List<X509CRL> revocations,
        List<String> warnings) {

    /** The algorithms of keys that both TLS libraries show. */
    private static final Set<String> KEYS = Set.of("EC", "RSA");

    /**
     * A certificate with its key.
     *
     * @param chain the certificate, and behind it those that lead to its CA
     */
    record Identity(List<X509Certificate> chain, PrivateKey key) {

        Identity {
            chain = List.copyOf(chain);
        }

        X509Certificate certificate() {
            return chain.getFirst();
        }
    }

    TlsMaterial {
        authorities = List.copyOf(authorities);
        revocations = List.copyOf(revocations);
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads the files, and looks whether they fit together and are of use now.
     *
     * @throws IOException with one sentence that names the file that is wrong and says what to do
     */
    static TlsMaterial read(TlsFiles files, Instant now) throws IOException {
        Optional<Identity> identity = files.certificate().isPresent()
                        && files.key().isPresent()
                ? Optional.of(identity(files.certificate().get(), files.key().get(), now))
                : Optional.empty();
        List<X509Certificate> authorities = files.authorities().isPresent()
                ? authorities(files.authorities().get(), now)
                : List.of();
        List<X509CRL> revocations = files.revocations().isPresent()
                ? PemFile.read(files.revocations().get()).revocations()
                : List.of();
        List<X509Certificate> known = new ArrayList<>(authorities);
        identity.ifPresent(own -> known.addAll(own.chain()));
        return new TlsMaterial(identity, authorities, revocations, warnings(files, revocations, known));
    }

    private static Identity identity(Path certificateFile, Path keyFile, Instant now) throws IOException {
        List<X509Certificate> chain = PemFile.read(certificateFile).certificates();
        PrivateKey key = PemFile.read(keyFile).privateKey();
        Identity identity = new Identity(chain, key);
        X509Certificate own = identity.certificate();
        if (!KEYS.contains(key.getAlgorithm())
                || !KEYS.contains(own.getPublicKey().getAlgorithm())) {
            throw new IOException("the key in " + keyFile + " is one for " + key.getAlgorithm()
                    + ", by which not every other side knows what is signed; use an EC or RSA key");
        }
        if (!CertificateKey.fits(key, own)) {
            throw new IOException("the key in " + keyFile + " is not that of the certificate in " + certificateFile
                    + "; give the two that were made together");
        }
        if (CertificateText.isExpired(own, now)) {
            throw new IOException("the certificate in " + certificateFile + " has expired, on "
                    + CertificateText.end(own) + "; have a new one issued");
        }
        if (CertificateText.isNotYetValid(own, now)) {
            throw new IOException("the certificate in " + certificateFile + " is not valid before "
                    + CertificateText.begin(own) + "; set this machine's clock right, or wait until then");
        }
        return identity;
    }

    private static List<X509Certificate> authorities(Path file, Instant now) throws IOException {
        List<X509Certificate> authorities = PemFile.read(file).certificates();
        for (X509Certificate authority : authorities) {
            if (authority.getBasicConstraints() < 0) {
                throw new IOException(file + " has " + CertificateText.name(authority)
                        + ", which is not the certificate of a CA; name those of CAs alone");
            }
            requireReadableConstraints(file, authority);
        }
        if (authorities.stream().allMatch(authority -> CertificateText.isExpired(authority, now))) {
            throw new IOException("every CA in " + file + " has expired, the last of them "
                    + CertificateText.name(authorities.getLast()) + " on " + CertificateText.end(authorities.getLast())
                    + "; name a CA that is still valid");
        }
        return authorities;
    }

    private static void requireReadableConstraints(Path file, X509Certificate authority) throws IOException {
        try {
            var unused = PathConstraints.names(authority);
        } catch (IOException e) {
            throw new IOException(
                    file + " has " + CertificateText.name(authority)
                            + ", whose name constraints cannot be read; have it issued anew",
                    e);
        }
    }

    /**
     * A list of a CA between counts once that one is shown, and a list of one that is not trusted any more must not keep the files from
     * being used that say so: neither is refused.
     */
    private static List<String> warnings(TlsFiles files, List<X509CRL> lists, List<X509Certificate> known) {
        return lists.stream()
                .filter(list -> known.stream().noneMatch(authority -> isSignedBy(list, authority)))
                .map(list -> files.revocations().map(Path::toString).orElse("")
                        + " has a list of revoked certificates of \""
                        + CertificateText.of(list.getIssuerX500Principal())
                        + "\", which none of the trusted CAs has signed; it counts for what a CA below them has issued,"
                        + " if that one has signed it, and for nothing else")
                .toList();
    }

    static boolean isSignedBy(X509CRL list, X509Certificate authority) {
        try {
            list.verify(authority.getPublicKey());
            return list.getIssuerX500Principal().equals(authority.getSubjectX500Principal());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
