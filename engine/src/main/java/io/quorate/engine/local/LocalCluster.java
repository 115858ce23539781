package io.quorate.engine.local;

import io.netty.channel.IoEventLoopGroup;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.EngineMetrics;
import io.quorate.engine.NodeOptions;
import io.quorate.engine.NodeThreads;
import io.quorate.engine.Ports;
import io.quorate.engine.RaftNode;
import io.quorate.engine.StateMachine;
import io.quorate.engine.disk.FileDisk;
import io.quorate.engine.transport.Firewall;
import io.quorate.engine.transport.FirewalledNetwork;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.StorageIds;
import io.quorate.engine.transport.netty.EventLoops;
import io.quorate.engine.transport.netty.NettyNetwork;
import io.quorate.engine.transport.netty.NettyOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Members with the ids 1, 2, 3 ... on the loopback interface, each with a durable log in a folder of its own, and a
 * {@link Firewall} between them that cuts, delays, drops and heals.
 *
 * <p>For one thread; the nodes themselves may be used by many.
 *
 * @param <R> what applying a command to the state machine results in
 */
public final class LocalCluster<R> implements AutoCloseable {

    private static final long CLUSTER_ID = 0x10ca1;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private record Member<R>(RaftNode<R> node, NettyNetwork network, NodeThreads threads) {}

    private final Path folder;
    private final Function<Path, StateMachine<R>> stateMachines;
    private final UnaryOperator<NodeOptions> settings;
    private final Configuration configuration;
    private final IoEventLoopGroup eventLoops = EventLoops.create(1, "local-cluster");
    private final Firewall firewall = new Firewall(1, eventLoops);
    private final Map<MemberId, InetSocketAddress> addresses = new TreeMap<>();
    private final SortedMap<MemberId, Member<R>> running = new TreeMap<>();

    /** They outlive their members' ends, as the folders do: nobody wipes those meanwhile. */
    private final Map<MemberId, StorageIds> storages = new TreeMap<>();

    /**
     * Starts a cluster.
     *
     * @param members how many, all of them voters with data
     * @param folder where each member gets a sub-folder with its id as a name
     * @param stateMachines makes a member's state machine; it is given a folder that the machine may keep files in
     * @param settings changes the default options; return them as they are to keep those
     */
    public LocalCluster(
            int members,
            Path folder,
            Function<Path, StateMachine<R>> stateMachines,
            UnaryOperator<NodeOptions> settings)
            throws IOException {
        this(members, 0, folder, stateMachines, settings);
    }

    /**
     * Starts a cluster some of whose members are witnesses.
     *
     * @param members how many hold data
     * @param witnesses how many more do not; they have the highest ids
     * @param folder as above
     * @param stateMachines as above; a witness's is made, and not used
     * @param settings as above
     */
    public LocalCluster(
            int members,
            int witnesses,
            Path folder,
            Function<Path, StateMachine<R>> stateMachines,
            UnaryOperator<NodeOptions> settings)
            throws IOException {
        this.folder = folder;
        this.stateMachines = stateMachines;
        this.settings = settings;
        TreeSet<MemberId> ids = new TreeSet<>();
        for (int i = 1; i <= members + witnesses; i++) {
            ids.add(new MemberId(i));
        }
        this.configuration = Configuration.of(ids).withWitnesses(ids.tailSet(new MemberId(members + 1)));
        try {
            for (MemberId id : ids) {
                start(id);
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Starts a member that is not running, with what its folder holds. */
    public void start(MemberId id) throws IOException {
        NodeThreads threads = new NodeThreads("member-" + id);
        List<NettyNetwork> opened = new ArrayList<>(1);
        Ports ports = threads.ports(
                new FileDisk(memberFolder(id).resolve("raft")), listener -> openNetwork(id, listener, opened));
        try {
            RaftNode<R> node = RaftNode.start(
                    settings.apply(NodeOptions.of(CLUSTER_ID, id, "member-" + id, configuration)
                            .withWitness(configuration.isWitness(id))),
                    ports,
                    stateMachines.apply(memberFolder(id).resolve("state")),
                    EngineMetrics.NONE);
            running.put(id, new Member<>(node, opened.getFirst(), threads));
        } catch (IOException | RuntimeException e) {
            opened.forEach(Network::close);
            threads.close();
            throw e;
        }
        addresses.put(id, opened.getFirst().boundAddresses().getFirst());
        running.values().forEach(member -> member.network.setPeers(peers()));
    }

    private Network openNetwork(MemberId id, Network.Listener listener, List<NettyNetwork> opened) throws IOException {
        InetSocketAddress address =
                addresses.getOrDefault(id, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        NettyNetwork network = NettyNetwork.open(
                new NettyOptions(
                        id,
                        CLUSTER_ID,
                        List.of(address),
                        knownPeers(id),
                        NettyOptions.Limits.defaults(),
                        storages.computeIfAbsent(id, member -> StorageIds.inMemory())),
                eventLoops,
                firewall.guard(id, listener));
        opened.add(network);
        return new FirewalledNetwork(id, network, listener, firewall);
    }

    /** A member that starts for the first time dials nobody: the others refuse it until they have been told of it. */
    private Map<MemberId, List<InetSocketAddress>> knownPeers(MemberId id) {
        return addresses.containsKey(id) ? peers() : Map.of();
    }

    private Map<MemberId, List<InetSocketAddress>> peers() {
        Map<MemberId, List<InetSocketAddress>> peers = new TreeMap<>();
        addresses.forEach((id, address) -> peers.put(id, List.of(address)));
        return peers;
    }

    /** The folder of a member: {@code raft} holds log and snapshots, {@code state} is the state machine's. */
    public Path memberFolder(MemberId id) {
        return folder.resolve(id.toString());
    }

    /** Stops a member; what it has is kept. */
    public void stop(MemberId id) throws IOException {
        Member<R> member = running.remove(id);
        if (member == null) {
            throw new IllegalStateException("member " + id + " is not running");
        }
        member.node.close();
        member.threads.close();
    }

    /** The members that are running. */
    public List<RaftNode<R>> nodes() {
        return running.values().stream().map(Member::node).toList();
    }

    public RaftNode<R> node(MemberId id) {
        Member<R> member = running.get(id);
        if (member == null) {
            throw new IllegalStateException("member " + id + " is not running");
        }
        return member.node;
    }

    /** What cuts, delays, drops and heals the links between the members. */
    public Firewall firewall() {
        return firewall;
    }

    /** The running member that leads in the highest term, as far as the members know. */
    public Optional<RaftNode<R>> leader() {
        return nodes().stream()
                .filter(node -> node.status().role() == RoleName.LEADER)
                .max((a, b) -> Long.compare(a.status().term(), b.status().term()));
    }

    /**
     * Waits until a member leads.
     *
     * @throws TimeoutException if none does within 30 seconds
     */
    public RaftNode<R> awaitLeader() throws TimeoutException {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < PATIENCE.toNanos()) {
            Optional<RaftNode<R>> leader = leader();
            if (leader.isPresent()) {
                return leader.get();
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        throw new TimeoutException("no member leads after " + PATIENCE.toSeconds() + " s");
    }

    /** Stops all members. Their folders stay. */
    @Override
    public void close() throws IOException {
        for (MemberId id : List.copyOf(running.keySet())) {
            stop(id);
        }
        eventLoops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
