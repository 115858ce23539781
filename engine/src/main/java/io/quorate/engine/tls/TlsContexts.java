package io.quorate.engine.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * What the TLS libraries make of the same files: never changed, but replaced as a whole when the files change. Thread-safe.
 *
 * @param server for connections that are accepted; empty without a certificate to show
 * @param client for connections that are opened
 * @param sockets the same for blocking sockets and the JDK's HTTP client
 */
record TlsContexts(TlsMaterial material, Optional<SslContext> server, SslContext client, SSLContext sockets) {

    /** A session may be taken up again without its certificate being judged anew: for no longer than this. */
    private static final int SESSION_SECONDS = 60;

    /** What speaks HTTP/2 alone is gRPC; what speaks both is a browser or curl, and served best with what the gateway speaks. */
    private static final List<String> ACCEPTED_PROTOCOLS = List.of("http/1.1", "h2");

    /** We dial with gRPC. */
    private static final List<String> DIALED_PROTOCOLS = List.of("h2");

    /** OpenSSL, as Google builds it, where it is on the class path and fits this machine; it encrypts at a lesser cost. */
    static SslProvider provider() {
        return OpenSsl.isAvailable() && SslProvider.isTlsv13Supported(SslProvider.OPENSSL)
                ? SslProvider.OPENSSL
                : SslProvider.JDK;
    }

    /** @throws IOException with one sentence if the library does not take what the files hold */
    static TlsContexts make(TlsSettings settings, TlsMaterial material, SslProvider provider, InstantSource clock)
            throws IOException {
        try {
            CertificateJudge judge = new CertificateJudge(authorities(settings, material), material.revocations());
            requireUsable(settings, material, judge, clock.instant());
            TrustManager trust = new CertificateTrust(judge, settings, clock, provider != SslProvider.JDK);
            return new TlsContexts(
                    material,
                    server(settings, material, provider, trust),
                    client(settings, material, provider, trust),
                    sockets(material, new CertificateTrust(judge, settings, clock, false)));
        } catch (SSLException | GeneralSecurityException e) {
            throw new IOException(
                    "the certificates of " + settings.role() + " cannot be used: " + e.getMessage()
                            + "; use EC or RSA certificates in PEM",
                    e);
        }
    }

    /**
     * A certificate that the others must refuse is not taken into use. Where the others have no need to trust the same CAs, as those who dial
     * a port for clients, whose it is remains theirs to judge.
     */
    private static void requireUsable(TlsSettings settings, TlsMaterial material, CertificateJudge judge, Instant now)
            throws IOException {
        if (material.identity().isEmpty()) {
            return;
        }
        List<X509Certificate> chain = material.identity().get().chain();
        try {
            for (CertificateJudge.Use use : settings.uses()) {
                if (settings.isAmongEquals()) {
                    judge.judge(chain, use, now);
                } else {
                    CertificateJudge.requireUse(chain.getFirst(), use);
                }
            }
        } catch (CertificateRefusedException e) {
            throw new IOException(
                    settings.files().certificate().map(Path::toString).orElse("")
                            + " cannot be shown, since the other side would refuse it: " + e.getMessage()
                            + "; have a certificate issued that can",
                    e);
        }
    }

    /** Whoever names no CA of its own, and wants to know whom it dials, trusts those that this JVM does. */
    private static List<X509Certificate> authorities(TlsSettings settings, TlsMaterial material)
            throws GeneralSecurityException {
        if (!material.authorities().isEmpty() || !settings.verifiesServers()) {
            return material.authorities();
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .flatMap(manager -> Arrays.stream(((X509TrustManager) manager).getAcceptedIssuers()))
                .toList();
    }

    private static Optional<SslContext> server(
            TlsSettings settings, TlsMaterial material, SslProvider provider, TrustManager trust) throws SSLException {
        if (material.identity().isEmpty()) {
            return Optional.empty();
        }
        SslContextBuilder builder = SslContextBuilder.forServer(
                        new OwnCertificate(material.identity().get()))
                .trustManager(trust)
                .clientAuth(settings.admittance().required() ? ClientAuth.REQUIRE : ClientAuth.NONE);
        return Optional.of(
                common(builder, settings, provider, ACCEPTED_PROTOCOLS).build());
    }

    private static SslContext client(
            TlsSettings settings, TlsMaterial material, SslProvider provider, TrustManager trust) throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .trustManager(trust)
                // Which host it must be, the trust manager says, and better.
                .endpointIdentificationAlgorithm(null);
        material.identity().ifPresent(own -> builder.keyManager(new OwnCertificate(own)));
        return common(builder, settings, provider, DIALED_PROTOCOLS).build();
    }

    private static SslContextBuilder common(
            SslContextBuilder builder, TlsSettings settings, SslProvider provider, List<String> protocols) {
        builder.sslProvider(provider)
                .protocols(settings.minVersion().orNewer())
                .ciphers(settings.suites().enabled(), SupportedCipherSuiteFilter.INSTANCE)
                .sessionTimeout(SESSION_SECONDS);
        if (settings.http()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    protocols));
        }
        return builder;
    }

    private static SSLContext sockets(TlsMaterial material, TrustManager trust) throws GeneralSecurityException {
        KeyManager[] keys = material.identity()
                .map(own -> new KeyManager[] {new OwnCertificate(own)})
                .orElse(new KeyManager[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, new TrustManager[] {trust}, null);
        return context;
    }
}
