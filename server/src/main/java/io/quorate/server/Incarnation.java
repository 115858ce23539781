package io.quorate.server;

import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.quorate.core.CoreStatus;
import io.quorate.core.quorum.Configuration;
import io.quorate.engine.NodeOptions;
import io.quorate.engine.RaftNode;
import io.quorate.engine.StateRepair;
import io.quorate.engine.disk.FileDisk;
import io.quorate.kv.AuditEvent;
import io.quorate.kv.Result;
import io.quorate.server.api.AuthService;
import io.quorate.server.api.CallingOperation;
import io.quorate.server.api.Clients;
import io.quorate.server.api.ClusterService;
import io.quorate.server.api.Connections;
import io.quorate.server.api.ElectionService;
import io.quorate.server.api.HashCalls;
import io.quorate.server.api.Headers;
import io.quorate.server.api.KvService;
import io.quorate.server.api.LeaderRequirement;
import io.quorate.server.api.LearnerCalls;
import io.quorate.server.api.LeaseService;
import io.quorate.server.api.LockService;
import io.quorate.server.api.MaintenanceService;
import io.quorate.server.api.ManagerService;
import io.quorate.server.api.OpenStreams;
import io.quorate.server.api.SnapshotStreams;
import io.quorate.server.api.WatchService;
import io.quorate.server.api.WitnessCalls;
import io.quorate.server.audit.AuditReadiness;
import io.quorate.server.audit.OwnDeeds;
import io.quorate.server.auth.Logins;
import io.quorate.server.auth.Passwords;
import io.quorate.server.auth.Tokens;
import io.quorate.server.grey.Bulletin;
import io.quorate.server.members.MemberChange;
import io.quorate.server.members.MemberChanges;
import io.quorate.server.members.ServerTiming;
import io.quorate.server.metrics.MemberMetrics;
import io.quorate.server.snapshot.SnapshotSource;
import io.quorate.server.store.AutoCompaction;
import io.quorate.server.store.AutoCompactor;
import io.quorate.server.store.CompactedMember;
import io.quorate.server.store.Defragmenter;
import io.quorate.server.store.Fence;
import io.quorate.server.store.KvStateMachine;
import io.quorate.server.store.ReplicatedStore;
import io.quorate.server.store.StateComparison;
import io.quorate.server.wire.EventLoops;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of a member's node within the process: from the opening of its data to their closing, with the services that
 * stand on it. A member that mends its data begins another one.
 *
 * @param number counted from 1
 * @param clients who asks for something, and what they may do
 * @param deeds puts on record what the member does by itself
 * @param streams the clients' open streams, to be ended before anything else is closed
 * @param newcomer finds out whether the member may take part, if that is not known
 * @param grey how the member is, and whether it fails slowly
 */
record Incarnation(
        long number,
        MemberNode memberNode,
        Fence fence,
        Clients clients,
        OwnDeeds deeds,
        List<ServerServiceDefinition> services,
        OpenStreams streams,
        Newcomer newcomer,
        GreyWatch grey,
        OpenParts parts)
        implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Incarnation.class);

    /** etcd's default, for a quota of 0. */
    static final long DEFAULT_QUOTA_BYTES = 2L << 30;

    /** How much larger than a request a response may be before it is split; etcd's figure. */
    private static final long GRPC_OVERHEAD_BYTES = 512 << 10;

    /** How often a member whose store is full looks whether there is room again. */
    private static final Duration SPACE_INTERVAL = Duration.ofSeconds(1);

    /**
     * Opens the data and begins to take part. A store that is damaged such that it cannot be opened is dropped if the member
     * may repair it.
     *
     * @param opening how its storage is opened
     * @param healing told what is found wrong from now on
     * @param metrics told what the node does
     * @param security by which the other members are known
     * @param eventLoops serve the clients' connections
     * @throws IOException with one sentence if the data cannot be opened
     */
    static Incarnation open(
            long number,
            ServerConfig config,
            OwnMembership membership,
            StorageOpening opening,
            MemberHealing healing,
            MemberMetrics metrics,
            MemberSecurity security,
            EventLoops eventLoops)
            throws IOException {
        try {
            return openOnce(number, config, membership, opening, healing, metrics, security, eventLoops);
        } catch (IOException e) {
            if (!Damage.isOfStore(e) || !healing.mayRepairUnseen()) {
                throw e;
            }
            LOG.error("The state cannot be opened: {}", e.getMessage(), e);
            new StateRepair("it cannot be opened: " + e.getMessage()).begin(new FileDisk(config.dataDir()));
            return openOnce(number, config, membership, opening, healing, metrics, security, eventLoops);
        }
    }

    private static Incarnation openOnce(
            long number,
            ServerConfig config,
            OwnMembership membership,
            StorageOpening opening,
            MemberHealing healing,
            MemberMetrics metrics,
            MemberSecurity security,
            EventLoops eventLoops)
            throws IOException {
        OpenParts parts = new OpenParts();
        try {
            MemberNode memberNode = MemberNode.open(config, membership, opening, healing, metrics, security, parts);
            memberNode.machine().tellDamage(failure -> healing.storeDamaged(number, failure));
            Fence fence =
                    new Fence(memberNode.machine().store(), membership.self().value());
            OpenStreams streams = parts.add(new OpenStreams());
            ReplicatedStore store = new ReplicatedStore(
                    memberNode.node(),
                    memberNode.machine().store(),
                    fence,
                    memberNode.readers(),
                    eventLoops::current,
                    config.limits().maxRequestBytes(),
                    config.limits().quotaBackendBytes() == 0
                            ? DEFAULT_QUOTA_BYTES
                            : config.limits().quotaBackendBytes(),
                    failure -> healing.storeDamaged(number, failure));
            Tokens tokens = memberNode.tokens().of(store);
            MemberAudit audit = MemberAudit.start(config, memberNode, metrics::audited, parts);
            security.recordTo((what, sentence) -> audit.trail()
                    .tell(audit.trail().event("", "", AuditEvent.Kind.AUTHENTICATION, "tls", what, sentence)));
            Clients clients = new Clients(
                    store,
                    tokens,
                    config.security().commonNameIsUser(),
                    audit.trail(),
                    config.limits().maxLeases(),
                    metrics.limits());
            OwnDeeds deeds = new OwnDeeds(audit.trail());
            GreyWatch grey = parts.add(GreyWatch.start(config, memberNode, metrics, deeds));
            parts.add(AutoTune.start(config, memberNode, metrics));
            List<ServerServiceDefinition> services = services(
                    config,
                    membership,
                    memberNode,
                    metrics,
                    security,
                    grey,
                    audit,
                    store,
                    tokens,
                    clients,
                    streams,
                    parts);
            Newcomer newcomer = parts.add(new Newcomer(config, membership, memberNode.storages(), security));
            return new Incarnation(number, memberNode, fence, clients, deeds, services, streams, newcomer, grey, parts);
        } catch (IOException | RuntimeException e) {
            try {
                parts.close();
            } catch (IOException onClosing) {
                e.addSuppressed(onClosing);
            }
            throw e;
        }
    }

    private static List<ServerServiceDefinition> services(
            ServerConfig config,
            OwnMembership membership,
            MemberNode memberNode,
            MemberMetrics metrics,
            MemberSecurity security,
            GreyWatch grey,
            MemberAudit audit,
            ReplicatedStore store,
            Tokens tokens,
            Clients clients,
            OpenStreams streams,
            OpenParts parts) {
        RaftNode<Result> node = memberNode.node();
        Headers headers = new Headers(node, membership.clusterId());
        ScheduledThreadPoolExecutor timer = timer(config.name());
        parts.add(timer::shutdownNow);
        LeaderRequirement leaderRequirement = new LeaderRequirement(node, config.electionTimeout(), timer);
        Passwords passwords =
                parts.add(new Passwords(config.name(), config.auth().bcryptCost()));
        WatchService watch = parts.add(new WatchService(
                store,
                clients,
                memberNode.watches(),
                headers,
                config.limits().maxRequestBytes() + GRPC_OVERHEAD_BYTES,
                config.watches(),
                metrics.limits(),
                timer));
        KvStateMachine machine = memberNode.machine();
        Defragmenter defragmenter = new Defragmenter(machine.store(), machine.cleaner(), memberNode.background());
        MemberChanges changes = new MemberChanges(
                node,
                machine.store(),
                new ServerTiming(
                        NodeOptions.Timing.of(config.heartbeatInterval(), config.electionTimeout())
                                .tick(),
                        config.electionTimeout(),
                        config.requestTimeout()),
                timer);
        node.answerAsLeader(question -> answer(question, changes, grey, audit, memberNode));
        // A witness that learns is a witness first: there is not even anything stale to be read.
        LearnerCalls learnerCalls = new LearnerCalls(() -> !config.isWitness() && isLearner(node.status()));
        WitnessCalls witnessCalls = new WitnessCalls(config.isWitness());
        clients.judgeAnew((interval, task) -> repeat(timer, interval, task));
        keepHouse(config.upkeep().autoCompaction(), store, memberNode.readers(), timer);
        SnapshotStreams snapshots =
                parts.add(new SnapshotStreams(config.name(), new SnapshotSource(store, memberNode.machine())));
        HashCalls hashes = parts.add(new HashCalls(config.name()));
        ClusterService cluster = new ClusterService(clients, store, headers, changes);
        return Stream.of(
                        new KvService(
                                clients,
                                memberNode.machine().cleaner(),
                                headers,
                                config.limits().maxTxnOps()),
                        watch,
                        new LeaseService(clients, store, memberNode.leases(), headers, config.minLeaseTtlSeconds()),
                        new LockService(clients, memberNode.watches(), headers),
                        new ElectionService(clients, memberNode.watches(), headers),
                        cluster,
                        new ManagerService(
                                clients,
                                headers,
                                changes,
                                cluster,
                                new StateComparison(node, machine.store(), config.requestTimeout(), timer)),
                        new MaintenanceService(clients, store, headers, hashes, defragmenter, snapshots, changes),
                        new AuthService(
                                clients,
                                passwords,
                                new Logins(passwords, security.loginLimits(), metrics, LOG::warn, System::nanoTime),
                                tokens,
                                headers))
                .map(service -> ServerInterceptors.intercept(
                        service,
                        clients,
                        new CallingOperation.Interceptor(),
                        new Connections(),
                        learnerCalls,
                        leaderRequirement,
                        streams,
                        // The last one is asked first: before anybody looks for users that are not known here.
                        witnessCalls))
                .toList();
    }

    /** What a question is about its first byte says. */
    private static CompletableFuture<Optional<ByteBuffer>> answer(
            ByteBuffer question, MemberChanges changes, GreyWatch grey, MemberAudit audit, MemberNode memberNode) {
        if (MemberChange.isOne(question)) {
            return changes.answer(question);
        }
        if (AuditReadiness.isOne(question)) {
            return audit.readiness().answer(question);
        }
        return Bulletin.isOne(question)
                ? grey.answer(question)
                : memberNode.leases().answer(question);
    }

    /** One that joins and has nothing of the log yet is one as well: it finds out what it is by the log. */
    private static boolean isLearner(CoreStatus status) {
        Configuration members = status.configuration();
        boolean joining = !members.isMember(status.self()) && !members.removed().contains(status.self());
        return joining || members.learners().contains(status.self());
    }

    /** What a member does by itself about the room that its store takes. */
    private static void keepHouse(
            AutoCompaction autoCompaction, ReplicatedStore store, Executor readers, ScheduledExecutorService timer) {
        // Measuring a store can take long while it is replaced, and must not keep anything else from its time.
        repeat(timer, SPACE_INTERVAL, () -> readers.execute(store::clearAlarmIfRoom));
        if (!(autoCompaction instanceof AutoCompaction.Off)) {
            AutoCompactor compactor = new AutoCompactor(autoCompaction, System::nanoTime, new CompactedMember(store));
            repeat(timer, compactor.interval(), compactor::tick);
        }
    }

    private static void repeat(ScheduledExecutorService timer, Duration interval, Runnable task) {
        Future<?> unused = timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        LOG.warn("What is done regularly failed this time: {}", e.toString(), e);
                    }
                },
                interval.toNanos(),
                interval.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    private static ScheduledThreadPoolExecutor timer(String name) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1, task -> Thread.ofPlatform().daemon().name(name + "-timer").unstarted(task));
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    RaftNode<Result> node() {
        return memberNode.node();
    }

    @Override
    public void close() throws IOException {
        parts.close();
    }
}
