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

    /** Members that are connected before the log has told of them; more than these are turned away. */
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

    /** Begins to dial those that have not been dialed yet, once this member may take part. */
    void dial() {
        if (context.storages().isAdmitted()) {
            peers.values().forEach(Peer::dialFirst);
        }
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
            context.storages().membersChanged(context.self(), now, decided);
            context.introduction().is(now.addresses().getOrDefault(context.self(), List.of()));
            replacePeers();
        }
        dial();
    }

    boolean isRemoved(MemberId member) {
        return committed.hasRemoved(member);
    }

    /**
     * Lets a member in that dials. A stranger comes in as a guest if it says where it is reached, and if there is room.
     *
     * @param says where it is reached; nothing if it does not know
     */
    Optional<Peer> admit(MemberId id, List<String> says) {
        List<InetSocketAddress> addresses = PeerAddress.parse(says);
        synchronized (this) {
            Optional<Peer> known = peer(id);
            known.ifPresent(peer -> peer.introduce(addresses));
            if (known.isPresent() || closed || addresses.isEmpty()) {
                return known;
            }
            Map<MemberId, Peer> after = new HashMap<>(peers);
            List<Peer> gone = after.values().stream()
                    .filter(peer -> peer.isGuest() && !peer.isConnectedFrom())
                    .toList();
            gone.forEach(peer -> after.remove(peer.id()));
            if (after.values().stream().filter(Peer::isGuest).count() < MAX_GUESTS) {
                Peer guest = new Peer(id, List.of(), context);
                guest.introduce(addresses);
                after.put(id, guest);
            }
            peers = Map.copyOf(after);
            gone.forEach(Peer::leave);
            return peer(id);
        }
    }

    /**
     * The hosts where a member is reached: as the options or the log say, whatever it says itself, and only where they say nothing of
     * it, as it says.
     */
    Set<String> hostsOf(MemberId id, List<String> says) {
        List<InetSocketAddress> told = peer(id).map(Peer::told).orElse(List.of());
        return (told.isEmpty() ? PeerAddress.parse(says) : told)
                .stream().map(InetSocketAddress::getHostString).collect(Collectors.toUnmodifiableSet());
    }

    /** Whoever is not wanted any more is disconnected, guests not before their own connection is gone. */
    private synchronized void replacePeers() {
        if (closed) {
            return;
        }
        Map<MemberId, Peer> before = peers;
        Map<MemberId, List<InetSocketAddress>> wanted = wanted();
        Map<MemberId, Peer> after = new HashMap<>();
        List<Peer> leaving = new ArrayList<>();
        before.forEach((id, peer) -> {
            boolean staysAsGuest = peer.isGuest() && peer.isConnectedFrom() && !isRemoved(id);
            if (wanted.containsKey(id) || staysAsGuest) {
                after.put(id, peer);
            } else {
                leaving.add(peer);
            }
        });
        wanted.forEach((id, addresses) -> after.computeIfAbsent(id, added -> new Peer(added, addresses, context))
                .setAddresses(addresses));
        peers = Map.copyOf(after);
        leaving.forEach(Peer::leave);
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
