package io.quorate.engine.tls;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The versions of TLS that are spoken at all; older ones are broken (RFC 8996). */
public enum TlsVersion {
    TLS_1_2("TLS1.2", "TLSv1.2"),
    TLS_1_3("TLS1.3", "TLSv1.3");

    private final String flag;
    private final String protocol;

    TlsVersion(String flag, String protocol) {
        this.flag = flag;
        this.protocol = protocol;
    }

    /** As etcd's flag {@code --tls-min-version} writes it. */
    public String flag() {
        return flag;
    }

    /** Reads what {@link #flag} writes. */
    public static Optional<TlsVersion> ofFlag(String text) {
        return Arrays.stream(values())
                .filter(version -> version.flag.equalsIgnoreCase(text))
                .findFirst();
    }

    /** This version and those after it, by the names that the JDK gives them. */
    List<String> orNewer() {
        return Arrays.stream(values())
                .filter(version -> version.compareTo(this) >= 0)
                .map(version -> version.protocol)
                .toList();
    }
}
