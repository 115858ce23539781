package io.quorate.server.certs;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What a certificate is to say.
 *
 * @param commonName of its holder; for a client the name of the user that it is
 * @param hosts names and IP addresses at which the holder is reached
 * @param uris by which the holder is known otherwise, such as a member by its id
 * @param uses which sides of connections it is good for
 * @param validity from now on
 */
public record CertificateRequest(
        String commonName, List<String> hosts, List<String> uris, Set<Use> uses, Duration validity) {

    /** A side of a connection. */
    public enum Use {
        SERVER,
        CLIENT
    }

    public CertificateRequest {
        hosts = List.copyOf(hosts);
        uris = List.copyOf(uris);
        uses = Set.copyOf(uses);
        if (commonName.isBlank()) {
            throw new IllegalArgumentException("a certificate needs a name; give one");
        }
        if (uses.isEmpty()) {
            throw new IllegalArgumentException("it is made neither for a server nor for a client; say for which");
        }
        if (validity.isNegative() || validity.isZero()) {
            throw new IllegalArgumentException("a certificate must be valid for some time; give one day at least");
        }
    }

    /** Of a member, which listens and dials. */
    public static CertificateRequest ofMember(String name, List<String> hosts, List<String> uris, Duration validity) {
        return new CertificateRequest(name, hosts, uris, Set.of(Use.SERVER, Use.CLIENT), validity);
    }

    /** Of a user, who dials alone. */
    public static CertificateRequest ofClient(String user, Duration validity) {
        return new CertificateRequest(user, List.of(), List.of(), Set.of(Use.CLIENT), validity);
    }
}
