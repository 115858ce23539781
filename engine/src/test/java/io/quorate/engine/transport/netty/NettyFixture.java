package io.quorate.engine.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.IoEventLoopGroup;
import io.netty.util.ResourceLeakDetector;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.PeerCounters;
import io.quorate.engine.transport.StorageIds;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Networks on loopback with short timeouts, and at the end the proof that no buffer was leaked. */
final class NettyFixture implements AutoCloseable {

    static final long CLUSTER = 0xc1;
    static final MemberId ONE = new MemberId(1);
    static final MemberId TWO = new MemberId(2);
    static final NettyOptions.Limits LIMITS = new NettyOptions.Limits(
            1 << 20,
            4 << 20,
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofMillis(5),
            Duration.ofMillis(100),
            Duration.ofMillis(50),
            Duration.ofSeconds(5));

    static {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    final IoEventLoopGroup group;
    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final List<NettyNetwork> networks = new ArrayList<>();
    private final Map<MemberId, StorageIds> storages = new HashMap<>();

    NettyFixture() {
        this(EventLoops.create(2, "test-network"));
    }

    NettyFixture(IoEventLoopGroup group) {
        this.group = group;
    }

    static InetSocketAddress loopback(int port) {
        return InetSocketAddress.createUnresolved("127.0.0.1", port);
    }

    NettyNetwork open(MemberId self, RecordingListener listener) throws IOException {
        return open(self, 0, Map.of(), LIMITS, listener);
    }

    NettyNetwork open(
            MemberId self,
            int port,
            Map<MemberId, List<InetSocketAddress>> peers,
            NettyOptions.Limits limits,
            RecordingListener listener)
            throws IOException {
        return open(self, port, peers, limits, storages(self), listener);
    }

    /** What a member keeps of storages while it is closed and opened again. */
    StorageIds storages(MemberId self) {
        return storages.computeIfAbsent(self, member -> StorageIds.inMemory());
    }

    NettyNetwork open(
            MemberId self,
            int port,
            Map<MemberId, List<InetSocketAddress>> peers,
            NettyOptions.Limits limits,
            StorageIds own,
            RecordingListener listener)
            throws IOException {
        var options = new NettyOptions(self, CLUSTER, List.of(loopback(port)), peers, limits, own);
        NettyNetwork network = NettyNetwork.open(options, group, listener, allocator);
        networks.add(network);
        return network;
    }

    /** One that listens at any port, and knows where the others are. */
    NettyNetwork open(
            MemberId self, Map<MemberId, List<InetSocketAddress>> peers, PeerTls tls, RecordingListener listener)
            throws IOException {
        return open(self, peers, LIMITS, tls, listener);
    }

    NettyNetwork open(
            MemberId self,
            Map<MemberId, List<InetSocketAddress>> peers,
            NettyOptions.Limits limits,
            PeerTls tls,
            RecordingListener listener)
            throws IOException {
        var options = new NettyOptions(self, CLUSTER, List.of(loopback(0)), peers, limits, storages(self)).withTls(tls);
        NettyNetwork network = NettyNetwork.open(options, group, listener, allocator);
        networks.add(network);
        return network;
    }

    static PeerCounters counters(NettyNetwork network, MemberId peer) {
        return Optional.ofNullable(network.counters().get(peer)).orElseThrow();
    }

    /** Asks every millisecond, since some conditions send a frame each time. */
    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as(what).isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    @Override
    public void close() {
        networks.forEach(NettyNetwork::close);
        await("all direct buffers are released", () -> allocator.metric().usedDirectMemory() == 0);
        await("all heap buffers are released", () -> allocator.metric().usedHeapMemory() == 0);
        group.shutdownGracefully(0, 20, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
