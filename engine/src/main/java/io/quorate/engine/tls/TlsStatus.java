package io.quorate.engine.tls;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How one side's certificates are.
 *
 * @param role what that side is, as a part of sentences
 * @param certificate the own one; empty if none is shown
 * @param authorities the CAs that are trusted
 * @param refusedFiles why the files as they are now are not used, and what was read before is; empty if they are used
 * @param revocations the lists of revoked certificates, but for those of CAs that have expired
 * @param reloads how often changed files were taken into use
 */
public record TlsStatus(
        String role,
        Optional<Certificate> certificate,
        List<Certificate> authorities,
        Optional<String> refusedFiles,
        List<Revocations> revocations,
        long reloads) {

    /** A certificate, and how long it is of use. */
    public record Certificate(String subject, Instant begin, Instant end) {}

    /**
     * A list of revoked certificates.
     *
     * @param next when it is due anew; empty if it does not say
     */
    public record Revocations(String issuer, Optional<Instant> next) {}

    public TlsStatus {
        authorities = List.copyOf(authorities);
        revocations = List.copyOf(revocations);
    }
}
