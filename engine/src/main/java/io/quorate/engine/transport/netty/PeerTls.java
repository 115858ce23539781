package io.quorate.engine.transport.netty;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.tls.CertificateNames;
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
 * @param namedHosts where whoever runs this member says that the cluster is: they count until its log tells it of the members
 */
public record PeerTls(
        TlsParty party, TlsRefusals refusals, Optional<Duration> maxConnectionAge, Set<String> namedHosts) {

    public PeerTls {
        namedHosts = Set.copyOf(namedHosts);
    }

    /** Of a member that knows the others by its options or its log alone. */
    public PeerTls(TlsParty party, TlsRefusals refusals, Optional<Duration> maxConnectionAge) {
        this(party, refusals, maxConnectionAge, Set.of());
    }

    /**
     * What is wrong with the certificate of a member, if anything is.
     *
     * @param hosts where it is known to be reached
     */
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

    /** Whether the CA itself says which member this is, so that nothing need be known of it here. */
    boolean names(Channel channel, MemberId member) {
        return judgesNobody()
                || certificate(channel)
                        .filter(certificate ->
                                CertificateNames.of(certificate).members().contains(member.toString()))
                        .isPresent();
    }

    /** Whether whoever is there has the certificate of one of some hosts, and none of other members. */
    boolean isOfOneOf(Channel channel, Set<String> hosts) {
        return certificate(channel)
                .map(CertificateNames::of)
                .filter(names -> names.members().isEmpty())
                .filter(names -> hosts.stream().anyMatch(names::covers))
                .isPresent();
    }

    /** With certificates that each member made for itself, the connections are encrypted, and nobody is known by them. */
    private boolean judgesNobody() {
        return !party.settings().admittance().required();
    }

    private static Optional<X509Certificate> certificate(Channel channel) {
        try {
            // One that is closed already has no handlers any more.
            SslHandler handler = channel.pipeline().get(SslHandler.class);
            return handler == null
                    ? Optional.empty()
                    : Optional.of(
                            (X509Certificate) handler.engine().getSession().getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException e) {
            throw new IllegalStateException("a connection without a certificate was let in", e);
        }
    }
}
