package io.quorate.server.wire;

import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * An address to listen on for clients, as {@code --listen-client-urls} gives it: {@code http://host:port}, {@code
 * https://host:port} or {@code host:port}.
 *
 * @param host a name, an IPv4 address, or an IPv6 address without brackets; empty for all of the machine's addresses
 * @param port 0 lets the system choose a free one
 * @param tls whether clients are served over TLS there
 */
public record ListenUrl(String host, int port, boolean tls) {

    private static final String SCHEME_END = "://";

    public ListenUrl {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("Port " + port + " is out of range; give one from 0 to 65535.");
        }
    }

    /** One that speaks plain text. */
    public ListenUrl(String host, int port) {
        this(host, port, false);
    }

    /**
     * Reads one URL.
     *
     * @throws IllegalArgumentException with one sentence that says what is wrong with it
     */
    public static ListenUrl parse(String text) {
        boolean tls = scheme(text.strip(), text).equals("https");
        String address = withoutScheme(text.strip());
        if (address.endsWith("/")) {
            address = address.substring(0, address.length() - 1);
        }
        if (address.contains("/") || address.contains("?") || address.contains("#") || address.contains("@")) {
            throw malformed(text, "only a host and a port can be listened on");
        }
        int colon = address.lastIndexOf(':');
        if (colon < 0 || address.endsWith("]")) {
            throw malformed(text, "the port is missing");
        }
        return new ListenUrl(host(address.substring(0, colon), text), port(address.substring(colon + 1), text), tls);
    }

    /**
     * Reads a list of URLs with commas between them, in their order.
     *
     * @throws IllegalArgumentException with one sentence on the first URL that is wrong
     */
    public static List<ListenUrl> parseList(String text) {
        return Arrays.stream(text.split(",", -1)).map(ListenUrl::parse).toList();
    }

    /**
     * The socket address that the URL names now; asks the resolver for a host name.
     *
     * @throws UnknownHostException with one sentence if the host has no address
     */
    public InetSocketAddress resolve() throws UnknownHostException {
        InetSocketAddress address = host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new UnknownHostException(
                    "Cannot listen on " + this + ": the host name is not known; give an address of this machine.");
        }
        return address;
    }

    /** The URL with its scheme, such as {@code http://127.0.0.1:2379}. */
    @Override
    public String toString() {
        return (tls ? "https" : "http") + SCHEME_END + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    private static String scheme(String address, String text) {
        int end = address.indexOf(SCHEME_END);
        String scheme = end < 0 ? "http" : address.substring(0, end).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw malformed(text, "the scheme is neither http nor https");
        }
        return scheme;
    }

    private static String withoutScheme(String address) {
        int end = address.indexOf(SCHEME_END);
        return end < 0 ? address : address.substring(end + SCHEME_END.length());
    }

    private static String host(String host, String text) {
        if (host.startsWith("[") && host.endsWith("]")) {
            return host.substring(1, host.length() - 1);
        }
        if (host.contains(":")) {
            throw malformed(text, "an IPv6 address needs brackets");
        }
        return host;
    }

    private static int port(String digits, String text) {
        if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) > 65535) {
            throw malformed(text, "the port is not a number from 0 to 65535");
        }
        return Integer.parseInt(digits);
    }

    private static IllegalArgumentException malformed(String text, String reason) {
        return new IllegalArgumentException(
                "Cannot listen on \"" + text + "\": " + reason + "; write it as http://host:port.");
    }
}
