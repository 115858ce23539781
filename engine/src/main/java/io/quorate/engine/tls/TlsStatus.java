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
 * @param reloads how often changed files were taken into use
 */
public record TlsStatus(
        String role,
        Optional<Certificate> certificate,
        List<Certificate> authorities,
        Optional<String> refusedFiles,
        long reloads) {

    /** A certificate, and how long it is of use. */
    public record Certificate(String subject, Instant begin, Instant end) {}

    public TlsStatus {
        authorities = List.copyOf(authorities);
    }
}
