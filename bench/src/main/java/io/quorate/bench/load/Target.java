package io.quorate.bench.load;

import io.quorate.engine.tls.TlsParty;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A cluster under load.
 *
 * @param name by which reports tell it from others
 * @param endpoints the members that clients talk to; connections are spread evenly over them
 * @param login who the clients are, where the cluster has users
 * @param tls by which endpoints are spoken to that are {@code https} URLs; there if one of them is
 */
public record Target(String name, List<URI> endpoints, Optional<Login> login, Optional<TlsParty> tls) {

    /** One that is spoken to in plain text. */
    public Target(String name, List<URI> endpoints, Optional<Login> login) {
        this(name, endpoints, login, Optional.empty());
    }

    /** A user of the cluster. */
    public record Login(String user, String password) {

        /** Without the password: messages may show this. */
        @Override
        public String toString() {
            return user;
        }
    }

    public Target {
        endpoints = List.copyOf(endpoints);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("a target has at least one endpoint");
        }
    }

    /** The endpoints without their scheme, separated by commas. */
    public String addresses() {
        return endpoints.stream().map(URI::getAuthority).collect(Collectors.joining(","));
    }
}
