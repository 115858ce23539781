package io.quorate.engine.tls;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.internal.tcnative.CertificateVerifier;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Tells the TLS library, the JDK's or OpenSSL, whether a certificate passes; what is wrong with it is said by us and not by the library,
 * and alike with both. Thread-safe.
 */
final class CertificateTrust extends X509ExtendedTrustManager {

    private final CertificateJudge judge;
    private final TlsSettings settings;
    private final InstantSource clock;
    private final boolean openSsl;

    /** @param openSsl whether OpenSSL asks, or the JDK */
    CertificateTrust(CertificateJudge judge, TlsSettings settings, InstantSource clock, boolean openSsl) {
        this.judge = judge;
        this.settings = settings;
        this.clock = clock;
        this.openSsl = openSsl;
    }

    /** Has OpenSSL send the alert that fits; the JDK looks at the cause of what it is told. */
    private CertificateException told(CertificateRefusedException refused) {
        if (!openSsl) {
            return refused;
        }
        int code = switch (refused.reason()) {
            case EXPIRED -> CertificateVerifier.X509_V_ERR_CERT_HAS_EXPIRED;
            case NOT_YET_VALID -> CertificateVerifier.X509_V_ERR_CERT_NOT_YET_VALID;
            case REVOKED -> CertificateVerifier.X509_V_ERR_CERT_REVOKED;
            case UNKNOWN_AUTHORITY -> CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
            case WRONG_USE -> CertificateVerifier.X509_V_ERR_INVALID_PURPOSE;
            case NO_CERTIFICATE,
                    WRONG_NAME,
                    NOT_ALLOWED,
                    PLAIN_TEXT,
                    NOTHING_IN_COMMON,
                    REFUSED_BY_THE_OTHER,
                    TOO_SLOW,
                    BROKEN_OFF -> CertificateVerifier.X509_V_ERR_CERT_REJECTED;
        };
        return new OpenSslCertificateException(refused.getMessage(), refused, code);
    }

    private void judgeClient(X509Certificate @Nullable [] shown) throws CertificateException {
        try {
            requireClient(shown);
        } catch (CertificateRefusedException e) {
            throw told(e);
        }
    }

    private void requireClient(X509Certificate @Nullable [] shown) throws CertificateRefusedException {
        List<X509Certificate> chain = shown == null ? List.of() : List.of(shown);
        judge.judge(chain, CertificateJudge.Use.CLIENT, clock.instant());
        settings.admittance().require(chain.getFirst());
    }

    /** @param session that is being made; says which host was dialed */
    private void judgeServer(X509Certificate @Nullable [] shown, @Nullable SSLSession session)
            throws CertificateException {
        try {
            if (settings.verifiesServers()) {
                requireServer(shown, session);
            }
        } catch (CertificateRefusedException e) {
            throw told(e);
        }
    }

    private void requireServer(X509Certificate @Nullable [] shown, @Nullable SSLSession session)
            throws CertificateRefusedException {
        List<X509Certificate> chain = shown == null ? List.of() : List.of(shown);
        judge.judge(chain, CertificateJudge.Use.SERVER, clock.instant());
        String host = session == null ? null : session.getPeerHost();
        CertificateNames names = CertificateNames.of(chain.getFirst());
        if (host == null || !names.covers(host)) {
            throw new CertificateRefusedException(
                    RefusalReason.WRONG_NAME,
                    CertificateText.name(chain.getFirst()) + " stands for " + names + ", and "
                            + (host == null ? "an unknown host" : host) + " was dialed");
        }
        // Whoever may not come in is not to be gone to either; of clients' settings, these names are empty.
        settings.admittance().require(chain.getFirst());
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        judgeClient(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        judgeClient(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        judgeClient(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        judgeServer(chain, engine.getHandshakeSession());
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        judgeServer(chain, socket instanceof SSLSocket tls ? tls.getHandshakeSession() : null);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        judgeServer(chain, null);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return judge.authorities().toArray(X509Certificate[]::new);
    }
}
