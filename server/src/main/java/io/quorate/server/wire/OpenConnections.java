package io.quorate.server.wire;

import io.quorate.server.auth.ClientAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** How many connections there are, of all clients and of each address, and how many there may be. Thread-safe. */
final class OpenConnections {

    private final int most;
    private final int mostOfOne;
    private final Map<ClientAddress, Integer> ofAddresses = new HashMap<>();
    private int all;

    OpenConnections(int most, int mostOfOne) {
        this.most = most;
        this.mostOfOne = mostOfOne;
    }

    /** Counts one more, unless that is too many; then it tells by which limit. */
    synchronized Optional<Limit> take(ClientAddress address) {
        int own = ofAddresses.getOrDefault(address, 0);
        if (own >= mostOfOne) {
            return Optional.of(Limit.CONNECTIONS_OF_ADDRESS);
        }
        if (all >= most) {
            return Optional.of(Limit.CONNECTIONS);
        }
        all++;
        ofAddresses.put(address, own + 1);
        return Optional.empty();
    }

    /** One that was counted has ended. */
    synchronized void giveBack(ClientAddress address) {
        all--;
        var unused = ofAddresses.computeIfPresent(address, (key, own) -> own > 1 ? own - 1 : null);
    }

    synchronized int count() {
        return all;
    }
}
