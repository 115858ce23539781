package io.quorate.server.auth;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Where a client comes from, as far as it cannot choose: its IPv4 address, or the network of its IPv6 address, in which whoever has one
 * address has them all. Immutable.
 *
 * @param text for people
 */
public record ClientAddress(String text) {

    /** Where a client comes from of whose connection nothing is known: they all count as one. */
    public static final ClientAddress UNKNOWN = new ClientAddress("an unknown address");

    private static final int NETWORK_BYTES = 8;

    /** Where a connection comes from. */
    public static ClientAddress of(SocketAddress remote) {
        return remote instanceof InetSocketAddress internet && internet.getAddress() != null
                ? of(internet.getAddress())
                : UNKNOWN;
    }

    /** Where an address is. */
    public static ClientAddress of(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return new ClientAddress(address.getHostAddress());
        }
        byte[] network = Arrays.copyOf(Arrays.copyOf(address.getAddress(), NETWORK_BYTES), address.getAddress().length);
        try {
            return new ClientAddress(InetAddress.getByAddress(network).getHostAddress() + "/" + NETWORK_BYTES * 8);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of IPv6 has 16 bytes", e);
        }
    }
}
