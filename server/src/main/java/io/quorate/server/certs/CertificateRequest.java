package io.quorate.server.certs;

import io.quorate.engine.tls.CertificateNames;
import java.io.IOException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

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

    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String ANY_USE = "2.5.29.37.0";

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

    /**
     * For the same holder and the same uses. How long the one before was valid says nothing: it may have been cut short at the end of a CA.
     *
     * @throws IOException with one sentence if what it says cannot be read
     */
    static CertificateRequest again(X509Certificate before, Duration validity) throws IOException {
        CertificateNames names = CertificateNames.of(before);
        List<String> hosts = Stream.concat(names.hosts().stream(), names.addresses().stream())
                .toList();
        try {
            return new CertificateRequest(
                    CertificateNames.commonName(before).orElse(""), hosts, names.uris(), usesOf(before), validity);
        } catch (IllegalArgumentException e) {
            throw cannotBeRenewed(before, e);
        }
    }

    /** What a certificate is made for, by its extended key usage. */
    static Set<Use> usesOf(X509Certificate certificate) throws IOException {
        try {
            List<String> extended = certificate.getExtendedKeyUsage();
            if (extended == null || extended.contains(ANY_USE)) {
                return EnumSet.allOf(Use.class);
            }
            Set<Use> uses = EnumSet.noneOf(Use.class);
            if (extended.contains(SERVER_AUTH)) {
                uses.add(Use.SERVER);
            }
            if (extended.contains(CLIENT_AUTH)) {
                uses.add(Use.CLIENT);
            }
            return uses;
        } catch (CertificateParsingException e) {
            throw cannotBeRenewed(certificate, e);
        }
    }

    private static IOException cannotBeRenewed(X509Certificate certificate, Exception why) {
        return new IOException(
                "the certificate of " + certificate.getSubjectX500Principal().getName() + " cannot be renewed: "
                        + why.getMessage(),
                why);
    }
}
