package io.quorate.cli;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * Looks whether the ports that a member is to listen at are free, before anything is started.
 *
 * <p>A member that finds its port taken later fails as well; but only here it is known which flag the port is from.
 */
final class Port {

    private Port() {}

    /** Returns the first of the URLs that another process listens at. */
    static Optional<URI> firstTaken(List<URI> urls) throws IOException {
        for (URI url : urls) {
            if (isTaken(url)) {
                return Optional.of(url);
            }
        }
        return Optional.empty();
    }

    private static boolean isTaken(URI url) throws IOException {
        String host = url.getHost();
        InetAddress address = InetAddress.getByName(host);
        try (ServerSocket probe = new ServerSocket()) {
            // Connections of an earlier run that linger must not count as a listener.
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(address, url.getPort()));
            return false;
        } catch (BindException e) {
            if (String.valueOf(e.getMessage()).contains("in use")) {
                return true;
            }
            throw new IOException("cannot listen at " + url + ": " + e.getMessage(), e);
        }
    }
}
