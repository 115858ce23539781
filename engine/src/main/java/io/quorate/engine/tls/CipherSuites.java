package io.quorate.engine.tls;

import java.util.List;
import java.util.stream.Stream;

/**
 * The cipher suites that are used: those that encrypt and authenticate in one (AEAD) with keys that are of no use later (ECDHE).
 *
 * @param names as IANA registers them, the preferred ones first
 */
public record CipherSuites(List<String> names) {

    /** TLS 1.3 has none but good ones, which no setting changes; as in Go, and so in etcd. */
    private static final List<String> OF_TLS_1_3 =
            List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

    private static final List<String> OF_TLS_1_2 = List.of(
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    /** All that are good. */
    public static final CipherSuites DEFAULT = new CipherSuites(List.of());

    public CipherSuites {
        names = List.copyOf(names);
        for (String name : names) {
            if (!OF_TLS_1_2.contains(name) && !OF_TLS_1_3.contains(name)) {
                throw new IllegalArgumentException("the cipher suite \"" + name
                        + "\" is unknown or too weak; use those that authenticate what they encrypt: "
                        + String.join(", ", OF_TLS_1_2));
            }
        }
    }

    /** For both versions. */
    List<String> enabled() {
        List<String> chosen = names.stream().filter(OF_TLS_1_2::contains).toList();
        return Stream.concat(OF_TLS_1_3.stream(), (chosen.isEmpty() ? OF_TLS_1_2 : chosen).stream())
                .toList();
    }
}
