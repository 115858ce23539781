package io.quorate.server;

import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.quorate.encryption.MasterKeys;
import io.quorate.engine.RaftNode;
import io.quorate.engine.StateRepair;
import io.quorate.engine.disk.FileDisk;
import io.quorate.engine.log.LogKeys;
import io.quorate.engine.tls.TlsParty;
import io.quorate.kv.PublishMember;
import io.quorate.kv.Result;
import io.quorate.server.gateway.JsonGateway;
import io.quorate.server.healing.MemberScrub;
import io.quorate.server.members.ClusterEpoch;
import io.quorate.server.metrics.GcPauses;
import io.quorate.server.metrics.MemberIdentity;
import io.quorate.server.metrics.MemberMetrics;
import io.quorate.server.metrics.PresentState;
import io.quorate.server.store.EncryptionCheck;
import io.quorate.server.store.KvStateMachine;
import io.quorate.server.store.ReplicatedLeases;
import io.quorate.server.store.SealedStates;
import io.quorate.server.wire.ClientListener;
import io.quorate.server.wire.ClientListenerOptions;
import io.quorate.server.wire.EventLoops;
import io.quorate.server.wire.HttpPages;
import io.quorate.server.wire.ListenUrl;
import io.quorate.server.wire.SwitchedServices;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of a cluster: its data, its place among its peers, and its port for clients. Thread-safe.
 *
 * <p>Should its files be damaged, or its state be found wrong, it mends them while it runs: the node below is closed and
 * opened again, and clients are told to go elsewhere meanwhile. Should the node fail otherwise, clients are turned away for
 * good; the process that runs the member decides what comes next. One whose log is another than the leader's stays, turns all
 * clients away, and tells why.
 */
public final class MemberServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MemberServer.class);

    /** What clients get to finish their calls when the member stops. */
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(2);

    /** How often a member that waits for users to be enabled looks whether they are. */
    private static final Duration USERS_INTERVAL = Duration.ofMillis(200);

    /** Where a scrub is asked for with POST, and its progress with GET. */
    public static final String SCRUB_PATH = "/quorate/v1/scrub";

    /** Where a member is asked with POST to open its data anew, and with GET how often it has. */
    public static final String RESTART_PATH = "/quorate/v1/restart";

    /** Where the member tells what it knows of itself and of the others, as {@link io.quorate.server.report.ReportJson} reads it. */
    public static final String REPORT_PATH = "/quorate/v1/report";

    /** Where the member tells what its autopilot does, as {@link io.quorate.server.autopilot.AutopilotReport} reads it. */
    public static final String AUTOPILOT_PATH = "/quorate/v1/autopilot";

    private final ServerConfig config;
    private final OwnMembership membership;
    private final StorageOpening opening;
    private final MemberSecurity security;
    private final OpenParts parts;
    private final MemberHealing healing;
    private final MemberMetrics metrics;
    private final MemberScrub scrub;
    private final SealedStates sealedStates;
    private final EventLoops eventLoops;
    private final KnownClients knownClients;
    private final SwitchedServices services;
    private final ClientListener listener;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> silenced = new CompletableFuture<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private volatile Incarnation incarnation;
    private boolean closed;

    private MemberServer(
            ServerConfig config,
            OwnMembership membership,
            StorageOpening opening,
            MemberSecurity security,
            OpenParts parts)
            throws IOException {
        this.config = config;
        this.membership = membership;
        this.opening = opening;
        this.security = security;
        this.parts = parts;
        this.healing = parts.add(new MemberHealing(new Patient(), config, membership.beginning()));
        this.sealedStates = new SealedStates(config.ephemeral() ? Optional.empty() : Optional.of(config.dataDir()));
        this.metrics = new MemberMetrics(identity(), this::present);
        this.eventLoops =
                parts.add(EventLoops.open(Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 8)));
        this.incarnation = Incarnation.open(1, config, membership, opening, healing, metrics, security, eventLoops);
        parts.add(() -> incarnation.close());
        this.scrub = parts.add(new MemberScrub(
                config.name(),
                () -> new ScrubbedData(incarnation, healing),
                config.upkeep().scrubInterval(),
                config.upkeep().scrubBytesPerSecond()));
        this.knownClients = new KnownClients(config, this::areUsersEnabled);
        this.services = new SwitchedServices(incarnation.services());
        if (knownClients.mayBeServed()) {
            services.serve(incarnation.services());
        } else {
            services.suspend(KnownClients.TURNED_AWAY);
        }
        this.listener = listen();
        parts.add(() -> listener.close(CLOSE_GRACE));
        parts.add(() -> incarnation.streams().close());
    }

    /**
     * Opens the member's data, binds its ports and returns while it is still looking for its peers.
     *
     * @throws IOException with one sentence if the data cannot be opened or a port cannot be bound; nothing was changed then
     * @throws IllegalArgumentException with one sentence if the configuration contradicts itself
     */
    public static MemberServer start(ServerConfig config) throws IOException {
        return start(config, StorageOpening.PLAIN);
    }

    /** As {@link #start(ServerConfig)}, with a storage that is opened in a way of its own: tests leave out parts of it, or make it slow. */
    static MemberServer start(ServerConfig config, StorageOpening opening) throws IOException {
        return start(config, opening, System::nanoTime);
    }

    /** The same, where wrong passwords are forgotten by a clock that a test drives. */
    static MemberServer start(ServerConfig config, StorageOpening opening, LongSupplier loginClock) throws IOException {
        config.requireSecured();
        KnownClients.requireForFounding(config);
        OpenParts parts = new OpenParts();
        try {
            StorageOpening withKeys = opening.withKeys(checkedKeys(config));
            MemberSecurity security = parts.add(MemberSecurity.open(config, loginClock));
            OwnMembership membership = membership(config, security);
            tellEpoch(new ClusterEpoch(membership.clusterId()));
            MemberServer member = new MemberServer(config, membership, withKeys, security, parts);
            member.begin();
            return member;
        } catch (IOException | RuntimeException e) {
            try {
                parts.close();
            } catch (IOException onClosing) {
                e.addSuppressed(onClosing);
            }
            throw e;
        }
    }

    private static void tellEpoch(ClusterEpoch epoch) {
        if (epoch.number() > 0) {
            LOG.info("cluster {}: it was recovered from the loss of its quorum", epoch);
        }
    }

    /** Looks before anything is opened that would change files. */
    private static OwnMembership membership(ServerConfig config, MemberSecurity security) throws IOException {
        if (config.ephemeral()) {
            return OwnMembership.ofNobodyBefore(config, security);
        }
        SnapshotImport.requireFinished(config.dataDir());
        return OwnMembership.of(config, security, new FileDisk(config.dataDir()));
    }

    /**
     * The master keys as they are now. They open all that is sealed in the data directory, of which nothing was changed: not even a lock is made
     * where there is none, as in a directory that no member ever had.
     */
    @SuppressWarnings("try") // The lock is named to be closed.
    private static Optional<MasterKeys> checkedKeys(ServerConfig config) throws IOException {
        Optional<MasterKeys> keys = config.atRest().keys();
        if (!config.ephemeral() && Files.isDirectory(config.dataDir())) {
            FileDisk disk = new FileDisk(config.dataDir());
            try (Closeable lock = disk.exists(FileDisk.LOCK) ? disk.lock() : () -> {}) {
                LogKeys.of(keys).requireFor(disk);
                EncryptionCheck.require(config.dataDir(), keys);
            }
        }
        return keys;
    }

    private ClientListener listen() throws IOException {
        ClientListenerOptions options = ClientListenerOptions.defaults()
                .withMaxRequestBytes(config.limits().maxRequestBytes())
                .withConnections(config.limits().connections());
        List<ServerServiceDefinition> measured = services.definitions().stream()
                .map(service -> ServerInterceptors.intercept(service, metrics.rpcs()))
                .toList();
        MemberHttp http = new MemberHttp(
                parts.add(JsonGateway.start(measured, options.maxMessageBytes())),
                metrics,
                () -> incarnation,
                services::isServing,
                this::isHealthy,
                knownClients.guard(Map.of(
                        SCRUB_PATH,
                        new ScrubPage(scrub, () -> incarnation.clients()),
                        RESTART_PATH,
                        new RestartPage(
                                healing,
                                () -> incarnation.clients(),
                                () -> new RestartPage.Status(incarnation.number(), services.isServing())),
                        REPORT_PATH,
                        new ReportPage(ownReport(), () -> incarnation.clients()),
                        AUTOPILOT_PATH,
                        parts.add(MemberAutopilot.start(config, () -> incarnation)))),
                config.isWitness(),
                config.requestTimeout());
        return ClientListener.start(
                config.listenClientUrls().stream()
                        .map(url -> ListenUrl.parse(url.toString()))
                        .toList(),
                eventLoops,
                options,
                security.forClients(),
                metrics.limits(),
                measured,
                http::handlers);
    }

    private OwnReport ownReport() {
        return new OwnReport(
                Release.ofThisProgram(),
                config,
                membership,
                metrics,
                parts.add(new GcPauses(System::nanoTime)),
                () -> incarnation,
                services::isServing,
                security,
                OwnExposure.of(config, security, this::areUsersEnabled),
                sealedStates);
    }

    private boolean areUsersEnabled() {
        return incarnation.memberNode().machine().store().auth().isEnabled();
    }

    private MemberIdentity identity() {
        long quotaBytes = config.limits().quotaBackendBytes();
        return new MemberIdentity(
                memberId(),
                HttpPages.ETCD_VERSION,
                HttpPages.ETCD_CLUSTER_VERSION,
                quotaBytes == 0 ? Incarnation.DEFAULT_QUOTA_BYTES : quotaBytes);
    }

    private Optional<PresentState> present() {
        Incarnation present = incarnation;
        return Optional.of(new PresentState(
                present.node().status(),
                present.node().sending(),
                present.memberNode().machine().store(),
                present.node().logSealing(),
                sealedStates.lately(),
                present.memberNode().watches().size(),
                isHealthy(),
                present.fence().isUp(),
                present.number()));
    }

    /** What {@code /health} tells: a leader is known, no alarm is raised, and this member's state does not differ. */
    boolean isHealthy() {
        return isHealthy(Set.of(), false);
    }

    private boolean isHealthy(Set<String> excludedAlarms, boolean serializable) {
        Incarnation present = incarnation;
        RaftNode<Result> node = present.node();
        return services.isServing()
                && (serializable || node.status().leader().isPresent())
                && !node.status().stateMissing()
                && node.stopCause().isEmpty()
                && !present.fence().isUp()
                && present.memberNode().machine().store().raisedAlarms().stream()
                        .allMatch(alarm -> excludedAlarms.contains(alarm.type().name()));
    }

    private void begin() {
        begin(incarnation);
    }

    private void begin(Incarnation begun) {
        List<String> clientUrls =
                config.advertiseClientUrls().stream().map(URI::toString).toList();
        PublishMember self = new PublishMember(membership.self().value(), config.name(), clientUrls, config.zone());
        var unused = begun.node().stopped().thenAccept(cause -> healing.nodeStopped(begun.number(), cause));
        unused = begun.node().removed().thenRun(() -> healing.removed(begun.number()));
        unused = begun.node()
                .disowned()
                .thenAccept(
                        says -> healing.cannotTakePart(begun.number(), LostDataException.of(membership.self(), says)));
        begun.newcomer().begin(why -> healing.cannotTakePart(begun.number(), why));
        unused = Publication.begin(begun.node(), self)
                .whenComplete((nothing, failure) -> published(begun, Optional.ofNullable(failure)));
    }

    /** There is a leader, and this member has applied all that was committed when this incarnation began. */
    private void published(Incarnation begun, Optional<Throwable> failure) {
        if (failure.isPresent()) {
            // If the node is opened anew, that one is published.
            return;
        }
        begun.memberNode().verification().begin(begun.node());
        FoundingRecord.begin(config, membership, begun.memberNode(), begun.deeds());
        begun.memberNode().background().execute(this::keepDroppedState);
        if (knownClients.mayBeServed()) {
            serve(begun);
        } else {
            services.suspend(KnownClients.TURNED_AWAY);
            LOG.warn("Member {} takes part, and serves no clients: {}", config.name(), KnownClients.whyNot());
            serveOnceUsersAreEnabled(begun);
        }
    }

    private void serveOnceUsersAreEnabled(Incarnation begun) {
        Pause.of(USERS_INTERVAL.toMillis()).execute(() -> serveIfUsersAreEnabled(begun));
    }

    private synchronized void serveIfUsersAreEnabled(Incarnation begun) {
        if (isOver() || begun.number() != incarnation.number()) {
            return;
        }
        if (knownClients.mayBeServed()) {
            serve(begun);
        } else {
            serveOnceUsersAreEnabled(begun);
        }
    }

    private void serve(Incarnation begun) {
        services.serve(begun.services());
        LOG.info("ready to serve client requests at {}", String.join(",", addresses()));
        ready.complete(null);
    }

    private void keepDroppedState() {
        if (config.ephemeral()) {
            return;
        }
        try {
            long usable = Files.getFileStore(config.dataDir()).getUsableSpace();
            new DroppedState(config.dataDir()).keep(Instant.now(), usable);
        } catch (IOException e) {
            LOG.warn("The state that was dropped could not be put where it is to be kept: {}", e.toString());
        }
    }

    /** With the real ports; there is one address for each URL. */
    private List<String> addresses() {
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < clientAddresses().size(); i++) {
            InetSocketAddress address = clientAddresses().get(i);
            boolean tls = TlsParty.isFor(config.listenClientUrls().get(i));
            addresses.add(new ListenUrl(address.getHostString(), address.getPort(), tls).toString());
        }
        return addresses;
    }

    /** What healing does with this member. */
    private final class Patient implements MemberHealing.Patient {

        @Override
        public Incarnation incarnation() {
            return incarnation;
        }

        @Override
        public void reopen(Optional<StateRepair> repair, String why) {
            MemberServer.this.reopen(repair, why);
        }

        @Override
        public void restart() {
            MemberServer.this.restart();
        }

        @Override
        public void leave() {
            MemberServer.this.leave();
        }

        @Override
        public void giveUp(Throwable cause) {
            MemberServer.this.giveUp(cause);
        }
    }

    /** Whether it takes part no more, for good: what is found of it late, or asked of it, is void. */
    private boolean isOver() {
        return closed || silenced.isDone() || stopped.isDone();
    }

    /** The port stays open; clients are told to go elsewhere until the member has caught up again. */
    private synchronized void reopen(Optional<StateRepair> repair, String why) {
        if (isOver()) {
            return;
        }
        LOG.error("Member {} closes its data and opens them again to mend them, for {}", config.name(), why);
        openAnew(repair, "etcdserver: this member mends its data, ask another one");
    }

    private synchronized void restart() {
        if (isOver()) {
            return;
        }
        LOG.info("Member {} closes its data and opens them again, as it was asked to", config.name());
        openAnew(Optional.empty(), "etcdserver: this member restarts, ask another one");
    }

    private void openAnew(Optional<StateRepair> repair, String whatClientsAreTold) {
        services.suspend(whatClientsAreTold);
        HandOver.of(incarnation.node(), config.electionTimeout());
        scrub.interrupt();
        incarnation.streams().close();
        try {
            incarnation.close();
        } catch (IOException e) {
            LOG.warn("Something could not be closed as it should: {}", e.getMessage(), e);
        }
        try {
            // There may be another key by now.
            StorageOpening withKeys = opening.withKeys(checkedKeys(config));
            if (repair.isPresent()) {
                repair.get().begin(new FileDisk(config.dataDir()));
            }
            incarnation = Incarnation.open(
                    incarnation.number() + 1, config, membership, withKeys, healing, metrics, security, eventLoops);
        } catch (IOException | RuntimeException e) {
            turnClientsAway(e);
            return;
        }
        begin(incarnation);
    }

    /** What is left of this member's part is to let calls end, that which removed it among them. */
    private void leave() {
        String what =
                "it was removed from the cluster, and its data are of no more use; to bring it back, add it as a new"
                        + " member, with an empty data directory";
        LOG.warn("Member {} ({}) stops: {}", config.name(), membership.self(), what);
        ready.completeExceptionally(new IOException(what));
        close();
    }

    /** Nothing of this member takes part any more: it must neither serve nor lead with what it has. */
    private synchronized void giveUp(Throwable cause) {
        if (isOver()) {
            return;
        }
        if (Damage.ofDivergedLog(cause).isPresent()) {
            staySilent(cause);
            return;
        }
        services.suspend("etcdserver: server stopped");
        scrub.close();
        HandOver.of(incarnation.node(), config.electionTimeout());
        turnClientsAway(cause);
        try {
            incarnation.close();
        } catch (IOException e) {
            LOG.warn("Something could not be closed as it should: {}", e.getMessage(), e);
        }
    }

    /**
     * Its port stays open, for the pages by which it tells why it takes no part: a process that is gone looks like one that is only down,
     * which people would start again, and whoever starts processes would do so for ever.
     */
    private void staySilent(Throwable cause) {
        services.suspend("etcdserver: this member takes no part any more, ask another one");
        scrub.close();
        LOG.error(
                "Member {} takes no part any more, and serves nobody: {}. Starting it again does not help: stop it,"
                        + " keep a copy of its data directory, and bring it back with an empty one by --replace-member.",
                config.name(),
                cause.getMessage());
        incarnation.streams().close();
        silenced.completeExceptionally(
                new IOException("member " + config.name() + " takes no part any more: " + cause.getMessage(), cause));
    }

    private void turnClientsAway(Throwable cause) {
        String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        String sentence = "Member " + config.name() + " cannot go on and has stopped: " + reason;
        if (cause instanceof LostDataException) {
            // Nothing in this program is to be mended for it.
            LOG.error(sentence);
        } else {
            LOG.error(sentence, cause);
        }
        services.suspend("etcdserver: server stopped");
        listener.close(Duration.ZERO);
        IOException failure = new IOException(sentence, cause);
        ready.completeExceptionally(failure);
        stopped.completeExceptionally(failure);
    }

    public ServerConfig config() {
        return config;
    }

    /** The member's id, unsigned. */
    public long memberId() {
        return membership.self().value();
    }

    public long clusterId() {
        return membership.clusterId();
    }

    /** Where clients are served, in the order of the configured URLs, with the real port where 0 was asked for. */
    public List<InetSocketAddress> clientAddresses() {
        return listener.addresses();
    }

    /** The node below, to be looked at. */
    RaftNode<Result> node() {
        return incarnation.node();
    }

    /** How often the node below was opened. */
    long incarnation() {
        return incarnation.number();
    }

    /** The watch over itself below, to be asked. */
    GreyWatch grey() {
        return incarnation.grey();
    }

    /** How many watches clients have at this member. */
    int watchers() {
        return incarnation.memberNode().watches().size();
    }

    /** The certificates in use, and what was refused for them. */
    MemberSecurity security() {
        return security;
    }

    /** The leases below, to be asked. */
    ReplicatedLeases leases() {
        return incarnation.memberNode().leases();
    }

    /** The state machine below, to be looked at. */
    KvStateMachine machine() {
        return incarnation.memberNode().machine();
    }

    /**
     * Completes once the member serves clients; exceptionally if it stops before that. One that is {@link #silenced} before that stops
     * when it is closed.
     */
    public CompletableFuture<Void> ready() {
        return ready.copy();
    }

    /**
     * Completes exceptionally, with the reason, if the member's log diverged: it takes no part any more and serves nobody, and stays for
     * its pages alone until it is closed. Otherwise it never completes.
     */
    public CompletableFuture<Void> silenced() {
        return silenced.copy();
    }

    /**
     * Completes once the member has stopped: normally after {@link #close}, exceptionally with what stopped it. One that is
     * {@link #silenced} has not stopped.
     */
    public CompletableFuture<Void> stopped() {
        return stopped.copy();
    }

    /**
     * Hands leadership over if this member has it, lets calls that are under way end, and stops; everything that was
     * acknowledged is on disk then. Waits for that also if another thread is closing already.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        HandOver.of(incarnation.node(), config.electionTimeout());
        try {
            parts.close();
        } catch (IOException e) {
            throw new UncheckedIOException("member " + config.name() + " did not stop cleanly: " + e.getMessage(), e);
        } finally {
            ready.completeExceptionally(new CancellationException("member " + config.name() + " was stopped"));
            stopped.complete(null);
        }
    }
}
