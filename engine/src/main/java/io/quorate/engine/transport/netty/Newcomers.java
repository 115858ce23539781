package io.quorate.engine.transport.netty;

import io.netty.channel.Channel;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;

/**
 * The connections at the peer port of which nobody knows yet whose they are: so many there may be, and so many of one address. Thread-safe.
 *
 * <p>Beyond that those end that have come first, of the address that has most: a member has soon said who it is, so it is not among them unless
 * somebody at its own address floods the port.
 */
final class Newcomers {

    static final int MOST = 1024;
    static final int MOST_OF_ONE = 64;

    // Guarded by this.
    private final Map<Object, LinkedHashSet<Channel>> ofAddresses = new LinkedHashMap<>();
    private int count;

    /** Adds one until it is known, or closed; answers whom there is no room for any more: it is to be closed. */
    Optional<Channel> add(Channel channel) {
        Optional<Channel> tooMany = join(channel);
        channel.closeFuture().addListener(closed -> known(channel));
        return tooMany;
    }

    private synchronized Optional<Channel> join(Channel channel) {
        LinkedHashSet<Channel> own = ofAddresses.computeIfAbsent(address(channel), address -> new LinkedHashSet<>());
        count += own.add(channel) ? 1 : 0;
        if (own.size() <= MOST_OF_ONE && count <= MOST) {
            return Optional.empty();
        }
        Optional<Channel> first = ofAddresses.values().stream()
                .max(Comparator.comparingInt(LinkedHashSet::size))
                .map(LinkedHashSet::getFirst);
        first.ifPresent(this::known);
        return first;
    }

    /** It is known whose it is, or it is closed. */
    synchronized void known(Channel channel) {
        Object address = address(channel);
        LinkedHashSet<Channel> own = ofAddresses.get(address);
        if (own != null && own.remove(channel)) {
            count--;
            if (own.isEmpty()) {
                ofAddresses.remove(address);
            }
        }
    }

    /** Whoever has an address of IPv6 mostly has the whole /64. */
    private static Object address(Channel channel) {
        if (!(channel.remoteAddress() instanceof InetSocketAddress from) || from.getAddress() == null) {
            return "an unknown address";
        }
        return from.getAddress() instanceof Inet6Address six
                ? ByteBuffer.wrap(six.getAddress()).getLong()
                : from.getAddress();
    }
}
