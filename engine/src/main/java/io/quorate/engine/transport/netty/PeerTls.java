package io.quorate.engine.transport.netty;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.tls.MemberBinding;
import io.quorate.engine.tls.TlsFailure;
import io.quorate.engine.tls.TlsParty;
import io.quorate.engine.tls.TlsRefusals;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * How the connections of a network are encrypted, and its members known by their certificates.
 *
 * @param party what this member shows, and whom it believes
 * @param refusals where refused connections are told of
 * @param maxConnectionAge after which a connection is made anew; empty for never
 */
public record PeerTls(TlsParty party, TlsRefusals refusals, Optional<Duration> maxConnectionAge) {

    /** What is wrong with the certificate that a dialing member has shown, if anything is. */
    Optional<TlsFailure> judge(Channel channel, MemberId member, Set<String> hosts) {
        return judgesNobody()
                ? Optional.empty()
                : certificate(channel)
                        .flatMap(certificate -> MemberBinding.failure(certificate, member.toString(), hosts));
    }

    /** What is wrong with the certificate of one that was dialed at its host, if anything is. */
    Optional<TlsFailure> judge(Channel channel, MemberId member) {
        return judgesNobody()
                ? Optional.empty()
                : certificate(channel).flatMap(certificate -> MemberBinding.failure(certificate, member.toString()));
    }

    /** With certificates that each member made for itself, the connections are encrypted, and nobody is known by them. */
    private boolean judgesNobody() {
        return !party.settings().admittance().required();
    }

    private static Optional<X509Certificate> certificate(Channel channel) {
        try {
            return Optional.of((X509Certificate) channel.pipeline()
                    .get(SslHandler.class)
                    .engine()
                    .getSession()
                    .getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException e) {
            throw new IllegalStateException("a connection without a certificate was let in", e);
        }
    }
}
