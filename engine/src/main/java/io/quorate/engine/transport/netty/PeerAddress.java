package io.quorate.engine.transport.netty;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An address as configurations hold it: {@code host:port}, {@code [host]:port}, or a URL with both. */
public final class PeerAddress {

    private static final Logger LOG = LoggerFactory.getLogger(PeerAddress.class);
    private static final int MAX_PORT = 65_535;

    private PeerAddress() {}

    /** Returns the address, to be looked up when it is dialed; empty if the text is none. */
    public static Optional<InetSocketAddress> parse(String text) {
        try {
            URI uri = new URI(text.contains("://") ? text : "peer://" + text);
            String host = uri.getHost();
            if (host == null || uri.getPort() < 1 || uri.getPort() > MAX_PORT) {
                return Optional.empty();
            }
            String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            return Optional.of(InetSocketAddress.createUnresolved(bare, uri.getPort()));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /** The hosts of those of some texts that are addresses, each once. */
    public static Set<String> hostsOf(Collection<String> texts) {
        return texts.stream()
                .flatMap(text -> parse(text).stream())
                .map(InetSocketAddress::getHostString)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** As people write it. */
    static String text(InetSocketAddress address) {
        String host = address.getHostString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** The hosts of addresses, each once. */
    static Set<String> hosts(List<InetSocketAddress> addresses) {
        return addresses.stream().map(InetSocketAddress::getHostString).collect(Collectors.toUnmodifiableSet());
    }

    /** Those of the texts that are addresses: what the log says cannot be refused any more. */
    static List<InetSocketAddress> parse(List<String> texts) {
        return texts.stream().flatMap(PeerAddress::addressOrWarning).toList();
    }

    private static Stream<InetSocketAddress> addressOrWarning(String text) {
        Optional<InetSocketAddress> address = parse(text);
        if (address.isEmpty()) {
            LOG.warn("\"{}\" is not an address of a member; such as host:port or http://host:port would be one", text);
        }
        return address.stream();
    }
}
