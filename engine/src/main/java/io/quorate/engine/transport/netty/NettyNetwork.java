package io.quorate.engine.transport.netty;

import io.netty.channel.IoEventLoopGroup;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerCounters;
import io.quorate.engine.transport.PeerFrame;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/** Members connected over TCP: one connection from each to each for sending. */
public final class NettyNetwork implements Network {

    private NettyNetwork() {}

    /**
     * Listens, and begins to dial the peers.
     *
     * @param group runs everything; stays the caller's to shut down
     * @param listener may be called before this method returns
     * @throws IOException if an address cannot be listened on; then nothing is left open
     */
    public static NettyNetwork open(NettyOptions options, IoEventLoopGroup group, Listener listener)
            throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Where this member listens, in the order of the options, with the real port where 0 was asked for. */
    public List<InetSocketAddress> boundAddresses() {
        throw new UnsupportedOperationException();
    }

    /**
     * Replaces the peers: dials new ones, disconnects those that are gone, uses changed addresses from the next dial on.
     */
    public void setPeers(Map<MemberId, List<InetSocketAddress>> peers) {
        throw new UnsupportedOperationException();
    }

    /** What went to and came from each of the present peers. */
    public Map<MemberId, PeerCounters> counters() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void send(MemberId to, PeerFrame frame) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void flush() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
