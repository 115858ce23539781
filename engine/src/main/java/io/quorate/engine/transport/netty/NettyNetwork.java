package io.quorate.engine.transport.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.group.ChannelGroupFuture;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.EventExecutor;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.FrameCodec;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerCounters;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.engine.transport.RateLimitedLog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    private final PeerTable table;
    private List<InetSocketAddress> boundAddresses = List.of();

    private NettyNetwork(Context context) {
        this.context = context;
        this.table = new PeerTable(context);
    }

    /**
     * Listens, and begins to dial the peers, once this member may take part.
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
        return open(options, group, listener, allocator, FrameAllowance.Rate.GENEROUS);
    }

    static NettyNetwork open(
            NettyOptions options,
            IoEventLoopGroup group,
            Listener listener,
            ByteBufAllocator allocator,
            FrameAllowance.Rate rate)
            throws IOException {
        var network = new NettyNetwork(new Context(
                options,
                group,
                allocator,
                new FrameCodec(options.limits().maxFrameBytes()),
                listener,
                new DefaultChannelGroup(group.next(), true),
                new BackgroundResolver(),
                new Introduction(),
                rate,
                new RateLimitedLog(LOG::warn, LOG_INTERVAL, System::nanoTime),
                new RateLimitedLog(LOG::warn, LOG_INTERVAL, System::nanoTime),
                new Bars(System::nanoTime),
                new Newcomers()));
        // They are known before anyone can come in, and dialed after the ports are ours.
        try {
            network.listen();
        } catch (IOException e) {
            network.close();
            throw e;
        }
        var unused = options.storages().admitted().thenRun(network.table::dial);
        return network;
    }

    private void listen() throws IOException {
        Acceptor acceptor = new Acceptor(context, table);
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
     * Replaces the peers that the options named: dials new ones, disconnects those that are gone and that no configuration knows,
     * uses changed addresses from the next dial on. An entry for this member itself is ignored.
     */
    public void setPeers(Map<MemberId, List<InetSocketAddress>> peers) {
        table.setPeers(peers);
    }

    /** Addresses are as {@link PeerAddress} says; what a configuration says of a member goes before what the options said. */
    @Override
    public void membersChanged(Configuration current, Configuration committed) {
        table.membersChanged(current, committed);
    }

    /** What went to and came from each of the present peers. */
    public Map<MemberId, PeerCounters> counters() {
        return table.each(Peer::counters);
    }

    /**
     * Sends, or drops. Encodes in the caller's thread.
     *
     * @throws IllegalArgumentException if the frame is over the limit of the options: no peer would ever take it
     */
    @Override
    public void send(MemberId to, PeerFrame frame) {
        table.peer(to).ifPresent(peer -> peer.send(frame));
    }

    @Override
    public void cutOff(MemberId peer) {
        // Also of one that is not in the table any more: its last connection may still be open.
        context.bars().bar(peer);
        table.peer(peer).ifPresent(Peer::cutOffIncoming);
    }

    @Override
    public void flush() {
        table.peers().values().forEach(Peer::flush);
    }

    /**
     * Closes all connections; waits for that, unless called by one of the event loops. Afterwards nothing is received.
     */
    @Override
    public void close() {
        table.close();
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
