package io.quorate.engine.transport.netty;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Who is connected to, and where: as the options say, or the configurations of the log, or, of a member that this one has not
 * heard of yet, as it says itself when it dials. Safe for use by many threads.
 *
 * <p>That a stranger is let in is no risk to what is agreed, since only members count; and it must be: a member that lags behind
 * learns of later members by what they send it, one that joins learns of all of them so.
 */
final class PeerTable {

    /** Members that come in before the log has told of them; more than these are turned away. */
    private static final int MAX_GUESTS = 64;

    private final Context context;
    private volatile Map<MemberId, Peer> peers = Map.of();
    private volatile Configuration current = Configuration.of(Set.of());
    private volatile Configuration committed = Configuration.of(Set.of());
    private Map<MemberId, List<InetSocketAddress>> fixed;
    private boolean closed;

    PeerTable(Context context) {
        this.context = context;
        this.fixed = context.options().peers();
        replacePeers();
    }

    Map<MemberId, Peer> peers() {
        return peers;
    }

    Optional<Peer> peer(MemberId id) {
        return Optional.ofNullable(peers.get(id));
    }

    /** What the log says; of it, what this member has committed may be nothing yet. */
    Configuration current() {
        return current;
    }

    /** Begins to dial those that have not been dialed yet. */
    void dial() {
        peers.values().forEach(Peer::dialFirst);
    }

    /** Replaces what the options said. */
    void setPeers(Map<MemberId, List<InetSocketAddress>> addresses) {
        synchronized (this) {
            fixed = NettyOptions.copy(addresses);
            replacePeers();
        }
        dial();
    }

    void membersChanged(Configuration now, Configuration decided) {
        synchronized (this) {
            current = now;
            committed = decided;
            context.introduction().is(now.addresses().getOrDefault(context.self(), List.of()));
            replacePeers();
        }
        dial();
    }

    boolean isRemoved(MemberId member) {
        return committed.removed().contains(member) && !current.isMember(member);
    }

    /** Lets a stranger in that says where it is reached, if there is room. */
    Optional<Peer> admit(MemberId id, List<String> says) {
        List<InetSocketAddress> addresses = PeerAddress.parse(says);
        synchronized (this) {
            Optional<Peer> known = peer(id);
            known.filter(Peer::isGuest)
                    .filter(guest -> !addresses.isEmpty() && !isWanted(id))
                    .ifPresent(guest -> guest.setAddresses(addresses));
            boolean room = peers.values().stream().filter(Peer::isGuest).count() < MAX_GUESTS;
            if (known.isPresent() || closed || !room || addresses.isEmpty()) {
                return known;
            }
            Peer guest = new Peer(id, addresses, true, context);
            Map<MemberId, Peer> more = new HashMap<>(peers);
            more.put(id, guest);
            peers = Map.copyOf(more);
            return Optional.of(guest);
        }
    }

    /** Whoever is not wanted any more is disconnected, guests not before their own connection is gone. */
    private synchronized void replacePeers() {
        if (closed) {
            return;
        }
        Map<MemberId, Peer> before = peers;
        Map<MemberId, Peer> after = new HashMap<>();
        wanted().forEach((id, addresses) -> {
            Optional<Peer> known = Optional.ofNullable(before.get(id));
            known.ifPresent(peer -> peer.setAddresses(addresses));
            after.put(id, known.orElseGet(() -> new Peer(id, addresses, false, context)));
        });
        List<Peer> leaving = new ArrayList<>();
        before.forEach((id, peer) -> {
            if (!after.containsKey(id)) {
                if (peer.isGuest() && peer.isConnectedFrom() && !isRemoved(id)) {
                    after.put(id, peer);
                } else {
                    leaving.add(peer);
                }
            }
        });
        peers = Map.copyOf(after);
        leaving.forEach(Peer::leave);
    }

    private boolean isWanted(MemberId member) {
        return wanted().containsKey(member);
    }

    /** A configuration that is not committed yet may be rolled back: those that it leaves out stay connected until it is. */
    private Map<MemberId, List<InetSocketAddress>> wanted() {
        Map<MemberId, List<InetSocketAddress>> wanted = new HashMap<>(fixed);
        for (Configuration configuration : List.of(committed, current)) {
            configuration.addresses().forEach((member, texts) -> {
                List<InetSocketAddress> addresses = PeerAddress.parse(texts);
                if (!addresses.isEmpty()) {
                    wanted.put(member, addresses);
                }
            });
        }
        wanted.keySet().removeIf(member -> member.equals(context.self()) || isRemoved(member));
        return wanted;
    }

    /** Asks each of the present peers. */
    <T> Map<MemberId, T> each(Function<Peer, T> question) {
        return peers.values().stream().collect(Collectors.toUnmodifiableMap(Peer::id, question));
    }

    synchronized void close() {
        closed = true;
        peers.values().forEach(Peer::close);
        peers = Map.of();
    }
}
