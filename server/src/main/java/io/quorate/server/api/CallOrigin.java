package io.quorate.server.api;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;

/**
 * Where a call comes from, and what it is, for the record of it: made for each call, and so it costs nothing until it is asked. Immutable.
 *
 * @param relayed where the client is on whose behalf the call was made within the process
 * @param connection the other end of the call's connection
 * @param method that is called, as {@code KV/Put}
 */
record CallOrigin(Optional<InetAddress> relayed, Optional<SocketAddress> connection, String method) {

    /** Of what comes in another way than as a call. */
    static CallOrigin ofPage() {
        return new CallOrigin(Optional.empty(), Optional.empty(), "page");
    }

    /** A method's name without the package of its service. */
    static String shortName(String fullMethod) {
        return fullMethod.substring(fullMethod.lastIndexOf('.') + 1);
    }

    /** The client's whole address, without its port; empty if it is not known. */
    String address() {
        return relayed.or(() -> connection
                        .filter(InetSocketAddress.class::isInstance)
                        .map(InetSocketAddress.class::cast)
                        .map(InetSocketAddress::getAddress))
                .map(InetAddress::getHostAddress)
                .orElse("");
    }
}
