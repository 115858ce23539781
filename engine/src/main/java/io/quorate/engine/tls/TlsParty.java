package io.quorate.engine.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One side of TLS connections: what it shows, and by what it judges the other, for connections that it accepts and for those that it
 * opens. New files are taken into use for connections made from then on ({@link #look}); bad ones are not, and what was read before
 * stays in use. Thread-safe.
 */
public final class TlsParty {

    private static final Logger LOG = LoggerFactory.getLogger(TlsParty.class);

    private final TlsSettings settings;
    private final ReloadedFiles<TlsContexts> files;

    private TlsParty(TlsSettings settings, ReloadedFiles<TlsContexts> files) {
        this.settings = settings;
        this.files = files;
    }

    /**
     * Reads the files.
     *
     * @throws IOException with one sentence that says which file is wrong, and what to do
     */
    public static TlsParty open(TlsSettings settings) throws IOException {
        SslProvider provider = TlsContexts.provider();
        if (provider == SslProvider.JDK) {
            LOG.info(
                    "TLS of {} is done by the JDK, since OpenSSL is not there for this machine; it costs more",
                    settings.role());
        }
        return open(settings, provider, InstantSource.system());
    }

    static TlsParty open(TlsSettings settings, SslProvider provider, InstantSource clock) throws IOException {
        return new TlsParty(
                settings,
                ReloadedFiles.open(
                        settings.role(),
                        settings.files().all(),
                        () -> read(settings, provider, clock),
                        contexts -> news(settings, contexts)));
    }

    private static TlsContexts read(TlsSettings settings, SslProvider provider, InstantSource clock)
            throws IOException {
        TlsMaterial material = TlsMaterial.read(settings.files(), clock.instant());
        TlsContexts contexts = TlsContexts.make(settings, material, provider, clock);
        material.warnings().forEach(warning -> LOG.warn("Of the files of {}: {}", settings.role(), warning));
        return contexts;
    }

    private static String news(TlsSettings settings, TlsContexts contexts) {
        TlsMaterial material = contexts.material();
        String shown = material.identity()
                .map(TlsMaterial.Identity::certificate)
                .map(own -> CertificateText.subject(own) + ", valid until " + CertificateText.end(own))
                .orElse("none is shown");
        String trusted =
                material.authorities().stream().map(CertificateText::subject).collect(Collectors.joining("; "));
        return "New certificates of " + settings.role() + " are in use from now on: " + shown + "; trusted: " + trusted;
    }

    /** Whether TLS is spoken where a URL leads; a scheme may be written in capitals (RFC 3986, section 3.1). */
    public static boolean isFor(URI url) {
        return "https".equalsIgnoreCase(url.getScheme());
    }

    public TlsSettings settings() {
        return settings;
    }

    /**
     * For a connection that was accepted.
     *
     * @param handshakeTimeout after which it is closed if the other side has not done its part
     */
    public SslHandler accept(ByteBufAllocator allocator, Duration handshakeTimeout) {
        SslContext server = files.present()
                .server()
                .orElseThrow(() -> new IllegalStateException(settings.role() + " has no certificate to show"));
        return timed(server.newHandler(allocator), handshakeTimeout);
    }

    /**
     * For a connection that is opened.
     *
     * @param host that was dialed, by name or address, which the certificate there must cover
     */
    public SslHandler dial(ByteBufAllocator allocator, String host, int port, Duration handshakeTimeout) {
        return timed(files.present().client().newHandler(allocator, host, port), handshakeTimeout);
    }

    private static SslHandler timed(SslHandler handler, Duration handshakeTimeout) {
        handler.setHandshakeTimeout(handshakeTimeout.toMillis(), TimeUnit.MILLISECONDS);
        return handler;
    }

    /** The present contexts of connections that are opened, for libraries that open them by themselves. */
    public SslContext client() {
        return files.present().client();
    }

    /** The same for the JDK's own HTTP client. */
    public SSLContext sockets() {
        return files.present().sockets();
    }

    /** The versions and suites that belong to {@link #sockets}. */
    public SSLParameters socketParameters() {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(settings.minVersion().orNewer().toArray(String[]::new));
        parameters.setCipherSuites(settings.suites().enabled().toArray(String[]::new));
        return parameters;
    }

    /**
     * Wraps a socket that is connected; blocks until the handshake is over.
     *
     * @throws IOException if the other side is refused or refuses; see {@link TlsFailure}
     */
    public Socket dial(Socket connected, String host, int port) throws IOException {
        SSLSocket socket =
                (SSLSocket) files.present().sockets().getSocketFactory().createSocket(connected, host, port, true);
        socket.setSSLParameters(socketParameters());
        socket.startHandshake();
        return socket;
    }

    /** As {@link ReloadedFiles#look}. */
    public void look() {
        files.look();
    }

    public TlsStatus status() {
        TlsMaterial material = files.present().material();
        return new TlsStatus(
                settings.role(),
                material.identity().map(TlsMaterial.Identity::certificate).map(TlsParty::told),
                material.authorities().stream().map(TlsParty::told).toList(),
                files.refused(),
                material.revocations().stream()
                        .filter(list -> !isOfExpired(list, material.authorities(), Instant.now()))
                        .map(TlsParty::told)
                        .toList(),
                files.reloads());
    }

    /** Its CA makes no further one, and need not. */
    private static boolean isOfExpired(X509CRL list, List<X509Certificate> authorities, Instant now) {
        List<X509Certificate> issuers = authorities.stream()
                .filter(authority -> authority.getSubjectX500Principal().equals(list.getIssuerX500Principal()))
                .toList();
        return !issuers.isEmpty() && issuers.stream().allMatch(issuer -> CertificateText.isExpired(issuer, now));
    }

    private static TlsStatus.Revocations told(X509CRL list) {
        return new TlsStatus.Revocations(
                CertificateText.of(list.getIssuerX500Principal()),
                Optional.ofNullable(list.getNextUpdate()).map(Date::toInstant));
    }

    private static TlsStatus.Certificate told(X509Certificate certificate) {
        return new TlsStatus.Certificate(
                CertificateText.subject(certificate),
                CertificateText.begin(certificate),
                CertificateText.end(certificate));
    }
}
