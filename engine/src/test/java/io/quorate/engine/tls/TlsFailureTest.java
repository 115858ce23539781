package io.quorate.engine.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

/** What the libraries' exceptions mean. */
class TlsFailureTest {

    private static RefusalReason reason(Throwable failure) {
        return TlsFailure.of(failure).reason();
    }

    @Test
    void ourOwnRefusalIsFoundHoweverItIsWrapped() {
        Throwable refused = new CertificateRefusedException(RefusalReason.REVOKED, "it is revoked");
        Throwable general = new SSLHandshakeException("General OpenSslEngine problem").initCause(refused);
        Throwable wrapped = new DecoderException(general);
        assertThat(TlsFailure.of(wrapped)).isEqualTo(new TlsFailure(RefusalReason.REVOKED, "it is revoked"));
    }

    @Test
    void theWordsOfACertificateAreNotTakenForTheLibrarys() {
        for (String name : new String[] {"alertmanager bad_certificate", "protocol tester", "alert unknown ca"}) {
            String sentence = "the certificate of \"CN=" + name + "\" is revoked by its CA";
            Throwable refused = new CertificateRefusedException(RefusalReason.REVOKED, sentence);
            Throwable told = new SSLHandshakeException("(certificate_unknown) " + sentence).initCause(refused);
            assertThat(TlsFailure.of(new DecoderException(told)))
                    .isEqualTo(new TlsFailure(RefusalReason.REVOKED, sentence));
        }
        Throwable wrapped = new IllegalStateException(
                "the protocol of alert unknown ca", new SslHandshakeTimeoutException("handshake timed out"));
        assertThat(reason(wrapped)).isEqualTo(RefusalReason.TOO_SLOW);
    }

    @Test
    void alertsOfBothLibrariesAreUnderstood() {
        for (String text : new String[] {
            "(certificate_expired) Received fatal alert: certificate_expired",
            "error:10000415:SSL routines:OPENSSL_internal:SSLV3_ALERT_CERTIFICATE_EXPIRED"
        }) {
            assertThat(TlsFailure.of(new SSLHandshakeException(text)).sentence())
                    .isEqualTo("it says that the certificate it was shown has expired");
        }
        assertThat(TlsFailure.of(new SSLHandshakeException("Received fatal alert: unknown_ca"))
                        .sentence())
                .isEqualTo("it does not trust the CA of the certificate it was shown");
    }

    @Test
    void whoSpeaksNoTlsIsToldFromWhoGoesAway() {
        assertThat(reason(new NotSslRecordException("not an SSL/TLS record: 4745")))
                .isEqualTo(RefusalReason.PLAIN_TEXT);
        assertThat(reason(new SSLHandshakeException("Unsupported or unrecognized SSL message")))
                .isEqualTo(RefusalReason.PLAIN_TEXT);
        assertThat(reason(new ClosedChannelException())).isEqualTo(RefusalReason.BROKEN_OFF);
    }

    @Test
    void whatIsNotKnownIsToldInItsOwnWords() {
        assertThat(TlsFailure.of(new SSLHandshakeException("the moon is full")).sentence())
                .isEqualTo("the TLS handshake with it failed: the moon is full");
    }
}
