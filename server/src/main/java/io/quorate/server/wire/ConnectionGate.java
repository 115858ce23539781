package io.quorate.server.wire;

import io.netty.channel.Channel;
import io.quorate.server.auth.ClientAddress;
import java.util.Optional;

/**
 * Lets a new connection in if there is room for it; it counts until it is closed.
 *
 * @param open those that there are
 * @param limits is told of those that are turned away
 */
record ConnectionGate(OpenConnections open, LimitListener limits) {

    /** Whether it is let in. Otherwise it is to be closed before anything is read of it. */
    boolean letsIn(Channel channel) {
        ClientAddress address = ClientAddress.of(channel.remoteAddress());
        Optional<Limit> full = open.take(address);
        full.ifPresent(limit -> limits.exceeded(
                limit,
                limit == Limit.CONNECTIONS
                        ? "turned away a connection from " + address.text()
                                + ": all clients together have as many as there may be"
                        : "turned away a connection from " + address.text()
                                + ": that address has as many as it may have"));
        if (full.isEmpty()) {
            channel.closeFuture().addListener(closed -> open.giveBack(address));
        }
        return full.isEmpty();
    }
}
