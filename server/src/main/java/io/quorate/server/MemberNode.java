package io.quorate.server;

import io.netty.channel.IoEventLoopGroup;
import io.quorate.encryption.MasterKeys;
import io.quorate.engine.NodeOptions;
import io.quorate.engine.NodeThreads;
import io.quorate.engine.Ports;
import io.quorate.engine.RaftNode;
import io.quorate.engine.StateRepair;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.FileDisk;
import io.quorate.engine.disk.MeasuredDisk;
import io.quorate.engine.transport.LinkProbes;
import io.quorate.engine.transport.MeasuredNetwork;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.StorageIds;
import io.quorate.engine.transport.netty.EventLoops;
import io.quorate.engine.transport.netty.NettyNetwork;
import io.quorate.engine.transport.netty.NettyOptions;
import io.quorate.kv.Result;
import io.quorate.kv.RocksMemory;
import io.quorate.server.auth.TokenSource;
import io.quorate.server.metrics.MemberMetrics;
import io.quorate.server.store.DivergenceListener;
import io.quorate.server.store.KvStateMachine;
import io.quorate.server.store.LeasesAndWatches;
import io.quorate.server.store.ReplicatedLeases;
import io.quorate.server.store.ScratchFolder;
import io.quorate.server.store.StateVerification;
import io.quorate.server.store.WatchDelivery;
import io.quorate.server.wire.EtcdError;
import io.quorate.server.wire.ListenUrl;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Raft node of a member with the store under it, made from the member's configuration.
 *
 * @param verification compares states once it is begun
 * @param links measures the links to the other members
 * @param readers runs reads; refuses more than it can queue
 * @param background runs what may take long, one thing at a time
 * @param storages whether the member may take part, and by which storages it knows the others again
 */
record MemberNode(
        RaftNode<Result> node,
        KvStateMachine machine,
        StateVerification verification,
        ReplicatedLeases leases,
        WatchDelivery watches,
        TokenSource tokens,
        LinkProbes links,
        ExecutorService readers,
        ExecutorService background,
        StorageIds storages) {

    private static final Logger LOG = LoggerFactory.getLogger(MemberNode.class);

    private static final int MAX_QUEUED_READS = 20_000;
    private static final int FRAME_HEADROOM_BYTES = 2 << 20;
    private static final long REST_SECONDS = 10;

    /**
     * Opens the data and begins to take part.
     *
     * @param opening how its storage is opened
     * @param divergence told if this member's state differs from the others'
     * @param metrics told what the node does
     * @param security by which the other members are known
     * @param parts gets everything that is opened, also if this method fails
     * @throws IOException with one sentence that says what cannot be used
     */
    static MemberNode open(
            ServerConfig config,
            OwnMembership membership,
            StorageOpening opening,
            DivergenceListener divergence,
            MemberMetrics metrics,
            MemberSecurity security,
            OpenParts parts)
            throws IOException {
        Path folder = folder(config, parts);
        Disk disk = opening.disk().apply(new FileDisk(folder));
        Optional<MasterKeys> keys = opening.keys();
        if (StateRepair.find(disk).isPresent()) {
            new DroppedState(folder).drop();
        }
        StorageIds storages =
                parts.add(StorageIds.open(disk, DataDirectory.identityOf(disk).isPresent(), config.name()));
        ExecutorService background = Executors.newSingleThreadExecutor(task ->
                Thread.ofPlatform().daemon().name(config.name() + "-background").unstarted(task));
        parts.add(() -> rest(background));
        NodeThreads threads = parts.add(new NodeThreads(config.name()));
        IoEventLoopGroup peerLoops = EventLoops.create(1, config.name() + "-peers");
        parts.add(() ->
                peerLoops.shutdownGracefully(0, REST_SECONDS, TimeUnit.SECONDS).syncUninterruptibly());
        KvStateMachine machine = config.ephemeral()
                ? KvStateMachine.inMemory(folder.resolve(DroppedState.STATE), background)
                : KvStateMachine.open(
                        folder.resolve(DroppedState.STATE), RocksMemory.standard(), keys, opening.store(), background);
        StateVerification verification = parts.add(new StateVerification(
                config.name(), membership.self(), machine.store(), config.verifyInterval(), divergence));
        machine.tell(verification);
        WatchDelivery watches = parts.add(new WatchDelivery(machine.store(), config.name()));
        ReplicatedLeases leases =
                parts.add(new ReplicatedLeases(config.name(), machine.store(), config.requestTimeout()));
        TokenSource tokens = TokenSource.open(config.auth().tokens(), security.tokenKeys());
        OperationEvents operations = new OperationEvents(LOG::info);
        machine.tell(new LeasesAndWatches(
                leases,
                watches,
                results -> {
                    tokens.sessions().applied(results);
                    metrics.applied(results);
                    operations.applied(results);
                },
                tokens.sessions()::restored));
        LinkProbes links = new LinkProbes(membership.self(), System::nanoTime);
        Ports ports = threads.ports(
                new MeasuredDisk(disk, System::nanoTime, metrics),
                listener -> links.open(
                        probed -> MeasuredNetwork.open(
                                received ->
                                        network(config, membership, storages, security, metrics, peerLoops, received),
                                probed,
                                System::nanoTime,
                                metrics),
                        listener));
        RaftNode<Result> node =
                parts.add(RaftNode.start(options(config, membership).with(keys), ports, machine, metrics));
        // Not before it is certain that the directory is this member's, and no other process's.
        DataRights.close(folder);
        parts.add(ports.scheduler().every(LinkProbes.INTERVAL, links::probe));
        leases.begin(node);
        operations.begin(node);
        ExecutorService readers = readers(config.name());
        parts.add(() -> rest(readers));
        return new MemberNode(
                node, machine, verification, leases, watches, tokens, links, readers, background, storages);
    }

    private static Path folder(ServerConfig config, OpenParts parts) throws IOException {
        if (!config.ephemeral()) {
            return config.dataDir();
        }
        Path folder = Files.createTempDirectory("quorate-" + config.name() + "-");
        parts.add(() -> ScratchFolder.delete(folder));
        return folder;
    }

    static NodeOptions options(ServerConfig config, OwnMembership membership) {
        NodeOptions options =
                NodeOptions.of(membership.clusterId(), membership.self(), config.name(), membership.beginning());
        return options.with(NodeOptions.Timing.of(config.heartbeatInterval(), config.electionTimeout())
                        .withAdaptive(config.timing().adaptive())
                        // Whoever starts need not wait long for a leader; a living one is not disturbed, thanks to
                        // PreVote.
                        .withInitialElapsed(
                                config.electionTimeout().multipliedBy(9).dividedBy(10)))
                .with(options.storage()
                        .withSnapshotEntries(
                                config.snapshots().count(), config.snapshots().keptEntries()))
                .with(options.flow()
                        .withSending(
                                config.sending().maxBatchBytes(),
                                config.sending().maxInflightMessages()))
                .withWitness(config.isWitness());
    }

    private static Network network(
            ServerConfig config,
            OwnMembership membership,
            StorageIds storages,
            MemberSecurity security,
            MemberMetrics metrics,
            IoEventLoopGroup eventLoops,
            Network.Listener listener)
            throws IOException {
        List<InetSocketAddress> own = new ArrayList<>();
        for (URI url : config.listenPeerUrls()) {
            own.add(ListenUrl.parse(url.toString()).resolve());
        }
        NettyOptions.Limits limits = NettyOptions.Limits.defaults();
        NettyOptions options = new NettyOptions(
                membership.self(),
                membership.clusterId(),
                own,
                // Who they are, and where, is said by the configurations of the log.
                Map.of(),
                new NettyOptions.Limits(
                        Math.max(limits.maxFrameBytes(), config.limits().maxRequestBytes() + FRAME_HEADROOM_BYTES),
                        limits.maxQueuedBytes(),
                        limits.connectTimeout(),
                        limits.handshakeTimeout(),
                        limits.minReconnectDelay(),
                        limits.maxReconnectDelay(),
                        limits.refusedRetryDelay(),
                        limits.unacknowledgedTimeout()),
                storages,
                config.advertiseClientUrls().stream().map(URI::toString).toList(),
                security.forPeers(),
                metrics::detected);
        return NettyNetwork.open(options, eventLoops, listener);
    }

    private static ExecutorService readers(String name) {
        int threads = Math.clamp(2L * Runtime.getRuntime().availableProcessors(), 4, 16);
        return new ThreadPoolExecutor(
                threads,
                threads,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MAX_QUEUED_READS),
                task -> Thread.ofPlatform().daemon().name(name + "-read").unstarted(task),
                (task, readers) -> {
                    // Who may ask again elsewhere must be told so.
                    throw readers.isShutdown()
                            ? EtcdError.STOPPED.exception()
                            : new RejectedExecutionException("too many reads wait");
                });
    }

    private static void rest(ExecutorService executor) throws InterruptedException, IOException {
        executor.shutdown();
        if (!executor.awaitTermination(REST_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("a read or a removal of history did not end within " + REST_SECONDS + " s");
        }
    }
}
