package io.quorate.server.certs;

import io.quorate.engine.tls.PemFile;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bouncycastle.cert.X509CRLHolder;

/**
 * The lists of revoked certificates of a folder's CAs, one for each CA, in one file ({@code ca.crl}). The lists are what is known of revocations:
 * each new one has what the one before has.
 */
final class RevocationLists {

    private final Path file;
    private final InstantSource clock;

    RevocationLists(Path file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
    }

    boolean isThere() {
        return Files.exists(file);
    }

    private List<X509CRL> read() throws IOException {
        return isThere() ? PemFile.read(file).revocations() : List.of();
    }

    /** Whether one of the lists has it. */
    boolean has(X509Certificate certificate) throws IOException {
        return read().stream().anyMatch(list -> list.isRevoked(certificate));
    }

    /** Whether the list of one CA has what bears that number. */
    boolean has(CertificateAuthority authority, BigInteger serial) throws IOException {
        return of(authority.certificate(), read())
                .filter(list -> list.getRevokedCertificate(serial) != null)
                .isPresent();
    }

    private static Optional<X509CRL> of(X509Certificate authority, List<X509CRL> lists) {
        return lists.stream().filter(list -> isSignedBy(list, authority)).findFirst();
    }

    private static boolean isSignedBy(X509CRL list, X509Certificate authority) {
        try {
            list.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** What is to be revoked besides, all of one CA. */
    record Added(CertificateAuthority authority, Set<BigInteger> serials) {

        boolean isOf(CertificateAuthority other) {
            return authority.equals(other);
        }
    }

    /**
     * Makes all lists anew, also those to which nothing is added. That of a CA which can sign no more stays as it is.
     *
     * @param trusted all CAs; lists of others are left out
     * @param signers those of them that can sign
     * @throws IOException with one sentence; then nothing was changed
     */
    void renew(List<X509Certificate> trusted, List<CertificateAuthority> signers, List<Added> added)
            throws IOException {
        List<X509CRL> before = read();
        StringBuilder text = new StringBuilder();
        for (X509Certificate authority : trusted) {
            Optional<X509CRL> last = of(authority, before);
            Optional<CertificateAuthority> signer = signers.stream()
                    .filter(each -> each.certificate().equals(authority))
                    .findFirst();
            if (signer.isPresent()) {
                text.append(DurableFile.pem(next(signer.get(), last, added)));
            } else if (last.isPresent()) {
                text.append(DurableFile.pem(last.get()));
            }
        }
        DurableFile.write(file, text.toString(), false);
    }

    private X509CRLHolder next(CertificateAuthority signer, Optional<X509CRL> last, List<Added> added)
            throws IOException {
        Date now = Date.from(clock.instant());
        SortedMap<BigInteger, Date> entries = new TreeMap<>();
        last.flatMap(list -> Optional.ofNullable(list.getRevokedCertificates()))
                .ifPresent(revoked ->
                        revoked.forEach(entry -> entries.put(entry.getSerialNumber(), entry.getRevocationDate())));
        for (Added more : added) {
            if (more.isOf(signer)) {
                more.serials().forEach(serial -> entries.putIfAbsent(serial, now));
            }
        }
        BigInteger number = last.map(CertificateAuthority::numberOf).orElse(BigInteger.ZERO);
        return signer.list(entries, number.add(BigInteger.ONE), clock);
    }

    /** Whether each of these CAs has a list; one has none in a folder of an earlier release, or where a change has ended half way. */
    boolean haveAll(List<CertificateAuthority> authorities) throws IOException {
        List<X509CRL> present = read();
        return authorities.stream()
                .allMatch(authority -> of(authority.certificate(), present).isPresent());
    }
}
