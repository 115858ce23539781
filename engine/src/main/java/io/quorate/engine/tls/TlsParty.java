package io.quorate.engine.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
    private final SslProvider provider;
    private final InstantSource clock;
    private volatile TlsContexts contexts;
    private volatile Optional<String> refusedFiles = Optional.empty();
    private volatile long reloads;

    // Touched under this object's lock alone.
    private String used;
    private String seenLast;

    private TlsParty(
            TlsSettings settings, SslProvider provider, InstantSource clock, String digest, TlsContexts contexts) {
        this.settings = settings;
        this.provider = provider;
        this.clock = clock;
        this.contexts = contexts;
        this.used = digest;
        this.seenLast = digest;
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
        // What changes while they are read is found at the next look.
        String digest = digest(settings.files());
        return new TlsParty(settings, provider, clock, digest, read(settings, provider, clock));
    }

    private static TlsContexts read(TlsSettings settings, SslProvider provider, InstantSource clock)
            throws IOException {
        try {
            TlsMaterial material = TlsMaterial.read(settings.files(), clock.instant());
            TlsContexts contexts = TlsContexts.make(settings, material, provider, clock);
            material.warnings().forEach(warning -> LOG.warn("Of the files of {}: {}", settings.role(), warning));
            return contexts;
        } catch (RuntimeException e) {
            // Libraries throw them at what they do not expect in a file; what is in use must stay so then as well.
            throw new IOException(
                    "the files of " + settings.role() + " cannot be used: " + PrintableText.of(e.toString()), e);
        }
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
        SslContext server = contexts.server()
                .orElseThrow(() -> new IllegalStateException(settings.role() + " has no certificate to show"));
        return timed(server.newHandler(allocator), handshakeTimeout);
    }

    /**
     * For a connection that is opened.
     *
     * @param host that was dialed, by name or address, which the certificate there must cover
     */
    public SslHandler dial(ByteBufAllocator allocator, String host, int port, Duration handshakeTimeout) {
        return timed(contexts.client().newHandler(allocator, host, port), handshakeTimeout);
    }

    private static SslHandler timed(SslHandler handler, Duration handshakeTimeout) {
        handler.setHandshakeTimeout(handshakeTimeout.toMillis(), TimeUnit.MILLISECONDS);
        return handler;
    }

    /** The present contexts of connections that are opened, for libraries that open them by themselves. */
    public SslContext client() {
        return contexts.client();
    }

    /** The same for the JDK's own HTTP client. */
    public SSLContext sockets() {
        return contexts.sockets();
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
        SSLSocket socket = (SSLSocket) contexts.sockets().getSocketFactory().createSocket(connected, host, port, true);
        socket.setSSLParameters(socketParameters());
        socket.startHandshake();
        return socket;
    }

    /**
     * Looks whether the files have changed, and takes them into use if so. Files that are just being written are left alone: they are
     * read when two looks have found the same. To be called every few seconds; reads the files each time.
     */
    public synchronized void look() {
        String now = digest(settings.files());
        boolean settled = now.equals(seenLast);
        seenLast = now;
        if (!settled || now.equals(used)) {
            if (now.equals(used) && refusedFiles.isPresent() && settled) {
                refusedFiles = Optional.empty();
                LOG.info("The files of {} are again those that are in use", settings.role());
            }
            return;
        }
        try {
            contexts = read(settings, provider, clock);
            used = now;
            refusedFiles = Optional.empty();
            reloads++;
            LOG.info("New certificates of {} are in use from now on: {}", settings.role(), describe());
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            if (!refusedFiles.equals(Optional.of(why))) {
                refusedFiles = Optional.of(why);
                LOG.warn("Changed files of {} are not used, and what was read before is: {}", settings.role(), why);
            }
        }
    }

    private String describe() {
        TlsStatus status = status();
        return status.certificate()
                        .map(own -> own.subject() + ", valid until " + own.end())
                        .orElse("none is shown")
                + "; trusted: "
                + String.join(
                        "; ",
                        status.authorities().stream()
                                .map(TlsStatus.Certificate::subject)
                                .toList());
    }

    public TlsStatus status() {
        TlsMaterial material = contexts.material();
        return new TlsStatus(
                settings.role(),
                material.identity().map(TlsMaterial.Identity::certificate).map(TlsParty::told),
                material.authorities().stream().map(TlsParty::told).toList(),
                refusedFiles,
                reloads);
    }

    private static TlsStatus.Certificate told(X509Certificate certificate) {
        return new TlsStatus.Certificate(
                CertificateText.subject(certificate),
                CertificateText.begin(certificate),
                CertificateText.end(certificate));
    }

    /** Of what all files hold; a file that cannot be read differs from any that can. */
    private static String digest(TlsFiles files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files.all()) {
                try {
                    digest.update(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
                } catch (IOException e) {
                    digest.update((byte) 0);
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
