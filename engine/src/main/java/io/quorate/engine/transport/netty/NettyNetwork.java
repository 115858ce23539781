package io.quorate.engine.transport.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.group.ChannelGroupFuture;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.EventExecutor;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.FrameCodec;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerCounters;
import io.quorate.engine.transport.PeerFrame;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Members connected over TCP. Each member keeps one connection to each other for sending, and receives on those that
 * the others opened; so no side has to decide whose connection wins.
 *
 * <p>Runs on the event loops it is given and starts no thread. Safe for use by many threads.
 */
public final class NettyNetwork implements Network {

    private static final Logger LOG = LoggerFactory.getLogger(NettyNetwork.class);
    private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

    private final Context context;
    private List<InetSocketAddress> boundAddresses = List.of();
    private volatile Map<MemberId, Peer> peers = Map.of();
    private volatile boolean closed;

    private NettyNetwork(Context context) {
        this.context = context;
    }

    /**
     * Listens, and begins to dial the peers.
     *
     * @param group runs everything; stays the caller's to shut down, after closing this
     * @param listener may be called before this method returns
     * @throws IOException if an address cannot be listened on; then nothing is left open
     */
    public static NettyNetwork open(NettyOptions options, IoEventLoopGroup group, Listener listener)
            throws IOException {
        return open(options, group, listener, ByteBufAllocator.DEFAULT);
    }

    static NettyNetwork open(
            NettyOptions options, IoEventLoopGroup group, Listener listener, ByteBufAllocator allocator)
            throws IOException {
        var network = new NettyNetwork(new Context(
                options,
                group,
                allocator,
                new FrameCodec(options.limits().maxFrameBytes()),
                listener,
                new DefaultChannelGroup(group.next(), true),
                new RateLimitedLog(LOG::warn, LOG_INTERVAL, System::nanoTime),
                new RateLimitedLog(LOG::warn, LOG_INTERVAL, System::nanoTime)));
        // Known before anyone can come in, since strangers are refused; dialed after the ports are ours.
        List<Peer> peers = network.replacePeers(options.peers());
        try {
            network.listen();
        } catch (IOException e) {
            network.close();
            throw e;
        }
        peers.forEach(Peer::dialNow);
        return network;
    }

    private void listen() throws IOException {
        Acceptor acceptor = new Acceptor(context, this::peer);
        List<InetSocketAddress> bound = new ArrayList<>();
        for (InetSocketAddress address : context.options().listenAddresses()) {
            bound.add(acceptor.listen(address));
        }
        boundAddresses = List.copyOf(bound);
    }

    /** Where this member listens, in the order of the options, with the real port where 0 was asked for. */
    public List<InetSocketAddress> boundAddresses() {
        return boundAddresses;
    }

    /**
     * Replaces the peers: dials new ones, disconnects those that are gone, uses changed addresses from the next dial on.
     * An entry for this member itself is ignored.
     */
    public void setPeers(Map<MemberId, List<InetSocketAddress>> peers) {
        replacePeers(peers).forEach(Peer::dialNow);
    }

    /** Returns the new ones. */
    private synchronized List<Peer> replacePeers(Map<MemberId, List<InetSocketAddress>> wanted) {
        if (closed) {
            return List.of();
        }
        Map<MemberId, Peer> before = peers;
        Map<MemberId, Peer> after = new HashMap<>();
        List<Peer> added = new ArrayList<>();
        NettyOptions.copy(wanted).forEach((id, addresses) -> {
            Optional<Peer> known = Optional.ofNullable(before.get(id));
            known.ifPresent(peer -> {
                peer.setAddresses(addresses);
                after.put(id, peer);
            });
            if (known.isEmpty() && !id.equals(context.options().self())) {
                Peer peer = new Peer(id, addresses, context);
                added.add(peer);
                after.put(id, peer);
            }
        });
        peers = Map.copyOf(after);
        before.values().stream().filter(peer -> !after.containsKey(peer.id())).forEach(Peer::close);
        return added;
    }

    private Optional<Peer> peer(MemberId id) {
        return Optional.ofNullable(peers.get(id));
    }

    /** What went to and came from each of the present peers. */
    public Map<MemberId, PeerCounters> counters() {
        return peers.values().stream().collect(Collectors.toUnmodifiableMap(Peer::id, Peer::counters));
    }

    /**
     * Sends, or drops. Encodes in the caller's thread.
     *
     * @throws IllegalArgumentException if the frame is over the limit of the options: no peer would ever take it
     */
    @Override
    public void send(MemberId to, PeerFrame frame) {
        peer(to).ifPresent(peer -> peer.send(frame));
    }

    @Override
    public void flush() {
        peers.values().forEach(Peer::flush);
    }

    /**
     * Closes all connections; waits for that, unless called by one of the event loops. Afterwards nothing is received.
     */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            peers.values().forEach(Peer::close);
            peers = Map.of();
        }
        // Not under the lock: an event loop may want it before it can close its channels.
        ChannelGroupFuture closing = context.channels().close();
        if (!isEventLoop()) {
            closing.awaitUninterruptibly();
        }
    }

    private boolean isEventLoop() {
        for (EventExecutor loop : context.group()) {
            if (loop.inEventLoop()) {
                return true;
            }
        }
        return false;
    }
}
