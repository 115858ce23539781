package io.quorate.server;

import io.quorate.engine.tls.TlsParty;
import io.quorate.engine.tls.TlsSettings;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a member's connections are secured. Immutable.
 *
 * @param clients of the connections that clients open; empty for plain text
 * @param peers of those among members; empty for plain text
 * @param commonNameIsUser whether a client is the user that its certificate names, if it has not logged in
 * @param maxConnectionAge after which a connection over TLS is to be made anew, with the certificates that are there then; 0 means never
 * @param allowInsecure whether others than this machine may be served although they need not prove who they are
 */
public record Security(
        Optional<TlsSettings> clients,
        Optional<TlsSettings> peers,
        boolean commonNameIsUser,
        Duration maxConnectionAge,
        boolean allowInsecure) {

    /** Plain text everywhere. */
    public static final Security NONE = new Security(Optional.empty(), Optional.empty(), false, Duration.ZERO, false);

    public static final Duration DEFAULT_MAX_CONNECTION_AGE = Duration.ofHours(24);

    /** A connection that is given up sooner than it pays is refused as a setting. */
    private static final Duration LEAST_CONNECTION_AGE = Duration.ofSeconds(1);

    public Security {
        boolean tooShort = !maxConnectionAge.isZero() && maxConnectionAge.compareTo(LEAST_CONNECTION_AGE) < 0;
        if (tooShort || maxConnectionAge.isNegative()) {
            throw new IllegalArgumentException(
                    "--tls-max-connection-age is less than a second; give a time such as 24h,"
                            + " or 0 to have connections live on");
        }
    }

    /** Among members alone. */
    public static Security ofPeers(TlsSettings peers) {
        return new Security(Optional.empty(), Optional.of(peers), false, DEFAULT_MAX_CONNECTION_AGE, false);
    }

    public Security withClients(TlsSettings settings) {
        return new Security(Optional.of(settings), peers, commonNameIsUser, maxConnectionAge, allowInsecure);
    }

    /** The same where a client is the user that its certificate names. */
    public Security withUsersByCertificate() {
        return new Security(clients, peers, true, maxConnectionAge, allowInsecure);
    }

    /** The same that serves other machines whatever they can do then. */
    public Security withInsecurityAllowed() {
        return new Security(clients, peers, commonNameIsUser, maxConnectionAge, true);
    }

    public Security withMaxConnectionAge(Duration age) {
        return new Security(clients, peers, commonNameIsUser, age, allowInsecure);
    }

    Optional<Duration> connectionAge() {
        return maxConnectionAge.isZero() ? Optional.empty() : Optional.of(maxConnectionAge);
    }

    /** Plain text beyond this machine can be read and changed by whoever is on the way. */
    void requireSecrecy(String flag, List<URI> listenUrls, String remedy) {
        Optional<URI> open = listenUrls.stream()
                .filter(url -> !TlsParty.isFor(url) && isReachable(url))
                .findFirst();
        if (open.isPresent() && !allowInsecure) {
            throw new IllegalArgumentException(flag + " has " + open.get()
                    + ", which others than this machine can reach, in plain text; " + remedy
                    + ", listen on 127.0.0.1, or accept the risk with --allow-insecure");
        }
    }

    /** Members that anybody can pass for are no more secret than plain text. */
    void requireKnownPeers(List<URI> listenPeerUrls) {
        boolean known = peers.filter(tls -> tls.admittance().required()).isPresent();
        if (peers.isPresent()
                && !known
                && !allowInsecure
                && listenPeerUrls.stream().anyMatch(Security::isReachable)) {
            throw new IllegalArgumentException(
                    "--peer-auto-tls lets anybody take part who can reach --listen-peer-urls; give"
                            + " --peer-cert-file, --peer-key-file and --peer-trusted-ca-file instead, listen on 127.0.0.1, or"
                            + " accept the risk with --allow-insecure");
        }
    }

    /** Whether clients of other machines need not prove by a certificate who they are. */
    boolean isOpenToAnybody(List<URI> listenClientUrls) {
        boolean certified = clients.filter(tls -> tls.admittance().required()).isPresent();
        return !allowInsecure
                && listenClientUrls.stream().anyMatch(url -> isReachable(url) && !(TlsParty.isFor(url) && certified));
    }

    /** Whether other machines can reach an address that is listened on. */
    static boolean isReachable(URI url) {
        try {
            String host = url.getHost();
            return !InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            // It cannot be listened on, which is told where that is tried.
            return false;
        }
    }

    /** What is served is asked for, and what is asked for is served: nobody is to take plain text for TLS. */
    void requireFitOfClients(List<URI> listenUrls) {
        Optional<URI> secure = listenUrls.stream().filter(TlsParty::isFor).findFirst();
        if (secure.isPresent() && clients.isEmpty()) {
            throw new IllegalArgumentException("--listen-client-urls asks for TLS with " + secure.get()
                    + ", and there is no certificate; give --cert-file and --key-file, or use http://");
        }
        if (secure.isEmpty() && clients.isPresent()) {
            throw new IllegalArgumentException(
                    "--cert-file is given, and --listen-client-urls has only http://, which is"
                            + " plain text; use https:// there");
        }
    }

    /** All members speak TLS among themselves, or none does. */
    void requireFitOfPeers(String flag, List<URI> urls) {
        for (URI url : urls) {
            if (TlsParty.isFor(url) && peers.isEmpty()) {
                throw new IllegalArgumentException(flag + " asks for TLS with " + url
                        + ", and there is no certificate for it; give --peer-cert-file, --peer-key-file and"
                        + " --peer-trusted-ca-file, or use http://");
            }
            if (!TlsParty.isFor(url) && peers.isPresent()) {
                throw new IllegalArgumentException("--peer-cert-file is given, and " + flag + " has " + url
                        + ", which is plain text; use https:// for every peer URL");
            }
        }
    }
}
