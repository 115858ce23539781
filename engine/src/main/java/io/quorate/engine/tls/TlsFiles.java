package io.quorate.engine.tls;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The PEM files that one side of TLS connections is made of.
 *
 * @param certificate the own certificate, and behind it those that lead to its CA
 * @param key the certificate's private key, without a password
 * @param authorities the CAs that are trusted; several in one file while one follows another
 * @param revocations lists of revoked certificates, each signed by one of these CAs, or by one below them
 */
public record TlsFiles(
        Optional<Path> certificate, Optional<Path> key, Optional<Path> authorities, Optional<Path> revocations) {

    /** No files: nothing is shown, and nobody trusted. */
    public static final TlsFiles NONE =
            new TlsFiles(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    public TlsFiles {
        if (certificate.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException(
                    "a certificate and its key come together, and only one of them is named; name both, or none");
        }
        if (revocations.isPresent() && authorities.isEmpty()) {
            throw new IllegalArgumentException(
                    "a list of revoked certificates is of no use without the CA that has signed it; name that as well");
        }
    }

    /** Of one that shows a certificate and judges others by their CA. */
    public static TlsFiles of(Path certificate, Path key, Path authorities) {
        return new TlsFiles(Optional.of(certificate), Optional.of(key), Optional.of(authorities), Optional.empty());
    }

    /** The same with lists of revoked certificates. */
    public TlsFiles withRevocations(Path file) {
        return new TlsFiles(certificate, key, authorities, Optional.of(file));
    }

    /** Those that are named. */
    List<Path> all() {
        return Stream.of(certificate, key, authorities, revocations)
                .flatMap(Optional::stream)
                .distinct()
                .toList();
    }
}
