package io.quorate.engine.transport.netty;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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
 * <p>One that is not known here must be let in: a member that lags behind learns of later members by what they send it, one that joins
 * learns of all of them so. What such a guest sends does reach the core, which follows a leader that it does not know once its own is silent. So over
 * TLS it must be vouched for: by the CA, with a certificate that names it, or by a host of those that are known here, whose
 * certificate could speak for its own member as well.
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
     * @param proven whether it is certain which member it is; of another one, whose storage is not remembered, nothing is heard any
     *     more once it is a member
     */
    Optional<Peer> admit(MemberId id, List<String> says, boolean proven) {
        List<InetSocketAddress> addresses = PeerAddress.parse(says);
        synchronized (this) {
            Optional<Peer> known = peer(id);
            if (!proven && known.filter(peer -> !peer.isGuest()).isPresent()) {
                return Optional.empty();
            }
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

    /** Whether the options or the log say of a member where it is reached; one of which they do not is a guest. */
    boolean isKnown(MemberId id) {
        return peer(id).filter(peer -> !peer.isGuest()).isPresent();
    }

    /** The hosts where a member is reached, as the options or the log say, whatever it says itself; none of one that is not known. */
    Set<String> hostsOf(MemberId id) {
        return peer(id).map(peer -> PeerAddress.hosts(peer.told())).orElse(Set.of());
    }

    /**
     * The hosts of all members that are known here. One whose log does not name itself yet is still learning who they are: it takes
     * the word of whoever runs it.
     */
    Set<String> hostsOfMembers() {
        Set<String> hosts = peers.values().stream()
                .flatMap(peer -> PeerAddress.hosts(peer.told()).stream())
                .collect(Collectors.toCollection(HashSet::new));
        if (!current.isMember(context.self())) {
            context.tls().ifPresent(tls -> hosts.addAll(tls.namedHosts()));
        }
        return hosts;
    }

    /**
     * Whoever is not wanted any more is disconnected, guests not before their own connection is gone. One that was let in without
     * being known for the member that it says it is, and is a member now, has to prove it on another connection.
     */
    private synchronized void replacePeers() {
        if (closed) {
            return;
        }
        Map<MemberId, Peer> before = peers;
        Map<MemberId, List<InetSocketAddress>> wanted = wanted();
        Map<MemberId, Peer> after = new HashMap<>();
        List<Peer> leaving = new ArrayList<>();
        List<Peer> unproven = new ArrayList<>();
        before.forEach((id, peer) -> {
            boolean staysAsGuest = peer.isGuest() && peer.isConnectedFrom() && !isRemoved(id);
            if (wanted.containsKey(id) && peer.isUnproven()) {
                unproven.add(peer);
            } else if (wanted.containsKey(id) || staysAsGuest) {
                after.put(id, peer);
            } else {
                leaving.add(peer);
            }
        });
        wanted.forEach((id, addresses) -> after.computeIfAbsent(id, added -> new Peer(added, addresses, context))
                .setAddresses(addresses));
        peers = Map.copyOf(after);
        leaving.forEach(Peer::leave);
        unproven.forEach(Peer::close);
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
