package io.quorate.server.certs;

import io.quorate.engine.tls.PemFile;
import io.quorate.engine.tls.PrintableText;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Revokes what the CAs of a folder have issued: from then on it stands in {@code ca.crl}, which members are given to know by. Every failure is an
 * {@link IOException} with one sentence, and then nothing was changed.
 */
public final class Revoking {

    private static final int HEXADECIMAL = 16;

    private final CertificateFolder folder;
    private final IssuedCertificates issued;
    private final RevocationLists lists;
    private final InstantSource clock;

    Revoking(CertificateFolder folder, IssuedCertificates issued, RevocationLists lists, InstantSource clock) {
        this.folder = folder;
        this.issued = issued;
        this.lists = lists;
        this.clock = clock;
    }

    /**
     * Revokes all that was issued under a name and has not expired, or the one certificate in a file.
     *
     * @param nameOrFile the name, if something was issued under it
     * @return the serial numbers, in hexadecimal
     * @throws AlreadyRevokedException if all of that was revoked before
     */
    public List<String> revoke(String nameOrFile) throws IOException {
        Set<BigInteger> ofName = serialsOf(nameOrFile);
        if (!ofName.isEmpty()) {
            // Which CA has issued what lies nowhere any more is not known: numbers are so long that no two are alike.
            List<RevocationLists.Added> added = new ArrayList<>();
            for (X509Certificate authority : stillOfUse()) {
                added.add(new RevocationLists.Added(signer(authority), ofName));
            }
            return revoke("what was issued as \"" + nameOrFile + "\"", added);
        }
        Path file = Path.of(nameOrFile);
        if (!Files.isRegularFile(file)) {
            throw new IOException(
                    "nothing that is still valid was issued as \"" + nameOrFile
                            + "\", and there is no such file; give a name of those in the folder, or a file with the certificate");
        }
        X509Certificate certificate = PemFile.read(file).certificates().getFirst();
        if (certificate.getBasicConstraints() >= 0) {
            throw new IOException(file + " is the certificate of a CA, which is not revoked but replaced:"
                    + " 'quorate certs rotate --new-ca' begins that");
        }
        X509Certificate authority = authorityOf(certificate)
                .orElseThrow(() -> new IOException(file + " was not issued by a CA of this folder, but by \""
                        + PrintableText.of(certificate.getIssuerX500Principal().getName())
                        + "\", or one of that name; revoke it in the folder of its CA"));
        Set<BigInteger> serial = Set.of(certificate.getSerialNumber());
        return revoke(file.toString(), List.of(new RevocationLists.Added(signer(authority), serial)));
    }

    private Set<BigInteger> serialsOf(String name) throws IOException {
        Instant now = clock.instant();
        Set<BigInteger> serials = issued.read().stream()
                .filter(entry -> entry.name().equals(name) && entry.end().isAfter(now))
                .map(IssuedCertificates.Entry::serial)
                .collect(Collectors.toCollection(TreeSet::new));
        // Of a folder that an earlier release has made, only what lies there is known.
        if (folder.issued().contains(name)) {
            X509Certificate present =
                    PemFile.read(folder.certificate(name)).certificates().getFirst();
            if (present.getNotAfter().toInstant().isAfter(now)
                    && authorityOf(present).isPresent()) {
                serials.add(present.getSerialNumber());
            }
        }
        return serials;
    }

    /** What a CA has issued that has expired is no good any more: it need not be able to sign. All of them if all have expired. */
    private List<X509Certificate> stillOfUse() throws IOException {
        Instant now = clock.instant();
        List<X509Certificate> all = folder.trusted();
        List<X509Certificate> valid = all.stream()
                .filter(authority -> authority.getNotAfter().toInstant().isAfter(now))
                .toList();
        return valid.isEmpty() ? all : valid;
    }

    private Optional<X509Certificate> authorityOf(X509Certificate certificate) throws IOException {
        return folder.trusted().stream()
                .filter(authority -> CertificateFolder.isIssuedBy(certificate, authority))
                .findFirst();
    }

    /** What is revoked by half of those who may have issued it is not revoked. */
    private CertificateAuthority signer(X509Certificate authority) throws IOException {
        return folder.signers().stream()
                .filter(signer -> signer.certificate().equals(authority))
                .findFirst()
                .orElseThrow(() -> new IOException("the CA \""
                        + PrintableText.of(authority.getSubjectX500Principal().getName()) + "\" of "
                        + folder.authorities()
                        + " cannot sign what it revokes: its key is not there, or it has expired; bring"
                        + " the key back, or end its time with 'quorate certs rotate --drop-old-ca'"));
    }

    private List<String> revoke(String what, List<RevocationLists.Added> added) throws IOException {
        Set<BigInteger> fresh = new TreeSet<>();
        for (RevocationLists.Added each : added) {
            for (BigInteger serial : each.serials()) {
                if (!lists.has(each.authority(), serial)) {
                    fresh.add(serial);
                }
            }
        }
        if (fresh.isEmpty()) {
            throw new AlreadyRevokedException(what + " is revoked already, by " + folder.revocations());
        }
        folder.renewRevocations(added);
        return fresh.stream().map(serial -> serial.toString(HEXADECIMAL)).toList();
    }
}
