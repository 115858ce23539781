package io.quorate.engine.tls;

import io.netty.util.NetUtil;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.security.auth.x500.X500Principal;

/**
 * Whom a certificate names.
 *
 * <p>Hosts are found among the subject's alternative names alone, never in its CommonName (RFC 9525, section 2); that is the name of a
 * user, where clients are known by it.
 *
 * @param hosts DNS names, in lower case
 * @param addresses IP addresses
 * @param uris in full
 */
public record CertificateNames(List<String> hosts, List<String> addresses, List<String> uris) {

    /** Begins the URI by which a certificate names a member; the member's id follows, in hexadecimal. */
    public static final String MEMBER_URI = "quorate:member/";

    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int ADDRESS = 7;

    public CertificateNames {
        hosts = List.copyOf(hosts);
        addresses = List.copyOf(addresses);
        uris = List.copyOf(uris);
    }

    /** What it says; a certificate whose alternative names cannot be read names nobody. */
    public static CertificateNames of(X509Certificate certificate) {
        List<String> hosts = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        List<String> uris = new ArrayList<>();
        for (List<?> name : alternatives(certificate)) {
            String text = String.valueOf(name.get(1));
            switch (name.get(0)) {
                case Integer kind when kind == DNS -> hosts.add(text.toLowerCase(Locale.ROOT));
                case Integer kind when kind == ADDRESS -> addresses.add(text);
                case Integer kind when kind == URI -> uris.add(text);
                default -> {}
            }
        }
        return new CertificateNames(hosts, addresses, uris);
    }

    private static Collection<List<?>> alternatives(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null ? List.of() : names;
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    /**
     * Whether it stands for a host.
     *
     * @param host a name, or an IP address without brackets, which only a certificate covers that names it as an address
     */
    public boolean covers(String host) {
        Optional<byte[]> address = address(host);
        if (address.isPresent()) {
            return addresses.stream()
                    .flatMap(named -> address(named).stream())
                    .anyMatch(named -> Arrays.equals(named, address.get()));
        }
        String name = withoutDot(host.toLowerCase(Locale.ROOT));
        return hosts.stream().map(CertificateNames::withoutDot).anyMatch(pattern -> matches(pattern, name));
    }

    /** A star stands for one whole label at the left, and for none else (RFC 9525, section 6.3). */
    private static boolean matches(String pattern, String name) {
        if (!pattern.startsWith("*.")) {
            return pattern.equals(name);
        }
        int dot = name.indexOf('.');
        String parent = pattern.substring(2);
        return dot > 0 && parent.contains(".") && name.substring(dot + 1).equals(parent);
    }

    private static String withoutDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    private static Optional<byte[]> address(String text) {
        return Optional.ofNullable(NetUtil.createByteArrayFromIpAddressString(text));
    }

    /** The ids of the members that it names, unsigned and in hexadecimal. */
    public Set<String> members() {
        return uris.stream()
                .filter(uri -> uri.startsWith(MEMBER_URI))
                // What is no id equals none, printable or not.
                .map(uri -> PrintableText.of(uri.substring(MEMBER_URI.length()).toLowerCase(Locale.ROOT)))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The user that a client's certificate names; of several CommonNames the most specific. */
    public static Optional<String> commonName(X509Certificate certificate) {
        try {
            // The name is read from its end, where its most specific part stands.
            return new LdapName(certificate.getSubjectX500Principal().getName(X500Principal.RFC2253))
                    .getRdns().reversed().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("CN"))
                            .map(part -> String.valueOf(part.getValue()))
                            .findFirst();
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }

    /** All names, for people, as {@link PrintableText} has them. */
    @Override
    public String toString() {
        List<String> all =
                Stream.of(hosts, addresses, uris).flatMap(List::stream).toList();
        return all.isEmpty() ? "nobody" : PrintableText.of(String.join(", ", all));
    }
}
