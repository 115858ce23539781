package io.quorate.engine.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.EOFException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;

/**
 * Why a TLS handshake failed, in words: the libraries' exceptions, which differ, say it to those who know them.
 *
 * @param sentence goes on from "refused X: " or "X cannot be reached: "
 */
public record TlsFailure(RefusalReason reason, String sentence) {

    /** What the other side says of what it was shown, by the names of alerts in both libraries (RFC 8446, section 6.2). */
    private static final Map<String, String> ALERTS = alerts();

    private static Map<String, String> alerts() {
        Map<String, String> alerts = new LinkedHashMap<>();
        alerts.put("certificate_expired", "it says that the certificate it was shown has expired");
        alerts.put("certificate_revoked", "it says that the certificate it was shown is revoked");
        alerts.put("unknown_ca", "it does not trust the CA of the certificate it was shown");
        alerts.put("certificate_required", "it wants to be shown a certificate, and was shown none");
        alerts.put("unsupported_certificate", "it does not take certificates of the kind it was shown");
        alerts.put("bad_certificate", "it refuses the certificate that it was shown; its log says why");
        alerts.put("certificate_unknown", "it refuses the certificate that it was shown; its log says why");
        alerts.put("access_denied", "it lets the holder of the certificate that it was shown not in");
        alerts.put("protocol_version", "it speaks none of the versions of TLS that are allowed here");
        alerts.put(
                "handshake_failure",
                "it has no version or cipher suite of TLS in common with this side, or wants to"
                        + " be shown a certificate");
        return alerts;
    }

    /** What a failure means, if it is one of TLS at all. */
    public static TlsFailure of(Throwable failure) {
        List<Throwable> causes = causes(failure);
        // What is said of a certificate has names in it that others chose: it must not be read as a library's words.
        for (Throwable cause : causes) {
            if (cause instanceof CertificateRefusedException refused) {
                return new TlsFailure(refused.reason(), String.valueOf(refused.getMessage()));
            }
        }
        return causes.stream()
                .flatMap(cause -> known(cause).stream())
                .findFirst()
                .orElseGet(() -> new TlsFailure(
                        RefusalReason.BROKEN_OFF,
                        "the TLS handshake with it failed: " + PrintableText.of(text(causes.getLast()))));
    }

    /** From the outermost to the innermost. */
    private static List<Throwable> causes(Throwable failure) {
        // Identity, since an exception may end up as a cause of its own.
        Set<Throwable> causes = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Throwable> inOrder = new ArrayList<>();
        for (Throwable cause = failure; cause != null && causes.add(cause); cause = cause.getCause()) {
            inOrder.add(cause);
        }
        return inOrder;
    }

    private static Optional<TlsFailure> known(Throwable cause) {
        return switch (cause) {
            case NotSslRecordException plain ->
                Optional.of(new TlsFailure(
                        RefusalReason.PLAIN_TEXT,
                        "it does not speak TLS, which is spoken here; use https:// at both ends"));
            case SslHandshakeTimeoutException late ->
                Optional.of(new TlsFailure(RefusalReason.TOO_SLOW, "it did not finish the TLS handshake in time"));
            case ClosedChannelException closed -> Optional.of(brokenOff());
            case EOFException ended -> Optional.of(brokenOff());
            // Others, which wrap these, may say anything.
            case SSLException library -> ofText(String.valueOf(library.getMessage()));
            default -> Optional.empty();
        };
    }

    private static TlsFailure brokenOff() {
        return new TlsFailure(RefusalReason.BROKEN_OFF, "it closed the connection during the TLS handshake");
    }

    private static Optional<TlsFailure> ofText(String message) {
        String text = message.toLowerCase(Locale.ROOT).replace(' ', '_');
        if (text.contains("empty_client_certificate_chain") || text.contains("peer_did_not_return_a_certificate")) {
            return Optional.of(new TlsFailure(RefusalReason.NO_CERTIFICATE, "it showed no certificate"));
        }
        if (text.contains("connection_closed_while")) {
            return Optional.of(brokenOff());
        }
        if (text.contains("unsupported_or_unrecognized_ssl_message")
                || text.contains("http_request")
                || text.contains("wrong_version_number")) {
            return Optional.of(new TlsFailure(
                    RefusalReason.PLAIN_TEXT,
                    "it does not speak TLS, which is spoken here; use https:// at both ends"));
        }
        if (text.contains("alert")) {
            return ALERTS.entrySet().stream()
                    .filter(alert -> text.contains(alert.getKey()))
                    .findFirst()
                    .map(alert -> new TlsFailure(RefusalReason.REFUSED_BY_THE_OTHER, alert.getValue()));
        }
        if (text.contains("protocol")
                || text.contains("no_shared_cipher")
                || text.contains("no_cipher_suites_in_common")) {
            return Optional.of(new TlsFailure(
                    RefusalReason.NOTHING_IN_COMMON,
                    "it has no version or cipher suite of TLS in common with this side"));
        }
        return Optional.empty();
    }

    private static String text(Throwable cause) {
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
