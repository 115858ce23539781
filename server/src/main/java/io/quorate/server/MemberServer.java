package io.quorate.server;

import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.quorate.core.CoreStatus;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftNode;
import io.quorate.kv.PublishMember;
import io.quorate.kv.Result;
import io.quorate.server.api.ClusterService;
import io.quorate.server.api.Headers;
import io.quorate.server.api.KvService;
import io.quorate.server.api.LeaderRequirement;
import io.quorate.server.api.MaintenanceService;
import io.quorate.server.store.Fence;
import io.quorate.server.store.KvStateMachine;
import io.quorate.server.store.ReplicatedStore;
import io.quorate.server.wire.ClientListener;
import io.quorate.server.wire.ClientListenerOptions;
import io.quorate.server.wire.EventLoops;
import io.quorate.server.wire.HttpPages;
import io.quorate.server.wire.ListenUrl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of a cluster: its data, its place among its peers, and its port for clients. Thread-safe.
 *
 * <p>Should the node below fail, clients are turned away so that they go elsewhere; the process that runs the member decides
 * what comes next.
 */
public final class MemberServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MemberServer.class);

    /** etcd's default, for a quota of 0. */
    private static final long DEFAULT_QUOTA_BYTES = 2L << 30;

    /** What clients get to finish their calls when the member stops. */
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(2);

    /** Handing leadership over takes some round trips; waiting longer for it than this part of an election gains nothing. */
    private static final int HAND_OVER_SHARE = 4;

    private final ServerConfig config;
    private final InitialMembership membership;
    private final OpenParts parts;
    private final MemberNode memberNode;
    private final Fence fence;
    private final ClientListener listener;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private boolean closed;

    private MemberServer(ServerConfig config, InitialMembership membership, OpenParts parts) throws IOException {
        this.config = config;
        this.membership = membership;
        this.parts = parts;
        this.memberNode = MemberNode.open(config, membership, parts);
        this.fence = new Fence(memberNode.machine().store(), membership.self().value());
        this.listener = listen();
        parts.add(() -> listener.close(CLOSE_GRACE));
    }

    /**
     * Opens the member's data, binds its ports and returns while it is still looking for its peers.
     *
     * @throws IOException with one sentence if the data cannot be opened or a port cannot be bound; nothing was changed then
     * @throws IllegalArgumentException with one sentence if the configuration contradicts itself
     */
    public static MemberServer start(ServerConfig config) throws IOException {
        InitialMembership membership = InitialMembership.of(config);
        OpenParts parts = new OpenParts();
        try {
            MemberServer member = new MemberServer(config, membership, parts);
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

    private ClientListener listen() throws IOException {
        EventLoops eventLoops =
                parts.add(EventLoops.open(Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 8)));
        RaftNode<Result> node = memberNode.node();
        ReplicatedStore store = new ReplicatedStore(
                node,
                memberNode.machine().store(),
                fence,
                memberNode.readers(),
                config.maxRequestBytes(),
                config.quotaBackendBytes() == 0 ? DEFAULT_QUOTA_BYTES : config.quotaBackendBytes());
        Headers headers = new Headers(node, membership.clusterId());
        LeaderRequirement leaderRequirement = new LeaderRequirement(node);
        List<ServerServiceDefinition> services = Stream.of(
                        new KvService(store, memberNode.machine().cleaner(), headers, config.maxTxnOps()),
                        new ClusterService(store, headers, membership.peerUrls()),
                        new MaintenanceService(store, headers, memberNode.background()))
                .map(service -> ServerInterceptors.intercept(service, leaderRequirement))
                .toList();
        return ClientListener.start(
                config.listenClientUrls().stream()
                        .map(url -> ListenUrl.parse(url.toString()))
                        .toList(),
                eventLoops,
                ClientListenerOptions.defaults().withMaxRequestBytes(config.maxRequestBytes()),
                services,
                () -> new HttpPages(this::isHealthy));
    }

    /** What {@code /health} tells: a leader is known, no alarm is raised, and this member's state does not differ. */
    private boolean isHealthy() {
        RaftNode<Result> node = memberNode.node();
        return node.status().leader().isPresent()
                && !node.stopped().isDone()
                && !fence.isUp()
                && memberNode.machine().store().raisedAlarms().isEmpty();
    }

    private void begin() {
        List<String> clientUrls =
                config.advertiseClientUrls().stream().map(URI::toString).toList();
        PublishMember self = new PublishMember(membership.self().value(), config.name(), clientUrls);
        var unused = memberNode.node().stopped().thenAccept(this::nodeStopped);
        unused = Publication.begin(memberNode.node(), self).whenComplete(this::published);
    }

    private void published(@Nullable Void nothing, @Nullable Throwable failure) {
        if (failure == null) {
            LOG.info("ready to serve client requests at {}", String.join(",", addresses()));
            memberNode.verification().begin(memberNode.node());
            ready.complete(null);
        } else {
            ready.completeExceptionally(failure);
        }
    }

    private List<String> addresses() {
        return clientAddresses().stream()
                .map(address -> new ListenUrl(address.getHostString(), address.getPort()).toString())
                .toList();
    }

    /** Called on the node's own thread, which must not wait. */
    private void nodeStopped(Throwable cause) {
        if (!(cause instanceof CancellationException)) {
            Thread.ofPlatform().name(config.name() + "-stop").start(() -> turnClientsAway(cause));
        }
    }

    private void turnClientsAway(Throwable cause) {
        String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        String sentence = "Member " + config.name() + " cannot go on and has stopped: " + reason;
        LOG.error(sentence, cause);
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
        return memberNode.node();
    }

    /** The state machine below, to be looked at. */
    KvStateMachine machine() {
        return memberNode.machine();
    }

    /** Completes once the member serves clients; exceptionally if it stops before that. */
    public CompletableFuture<Void> ready() {
        return ready.copy();
    }

    /** Completes once the member has stopped: normally after {@link #close}, exceptionally with what stopped it. */
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
        handOverLeadership();
        try {
            parts.close();
        } catch (IOException e) {
            throw new UncheckedIOException("member " + config.name() + " did not stop cleanly: " + e.getMessage(), e);
        } finally {
            ready.completeExceptionally(new CancellationException("member " + config.name() + " was stopped"));
            stopped.complete(null);
        }
    }

    /** Spares the others the wait for an election timeout; where it fails they elect one by themselves. */
    private void handOverLeadership() {
        CoreStatus status = memberNode.node().status();
        Optional<MemberId> heir = status.followers().stream()
                .filter(follower -> follower.recentlyActive()
                        && status.configuration().voters().contains(follower.member()))
                .max(Comparator.comparingLong(CoreStatus.FollowerStatus::matchIndex))
                .map(CoreStatus.FollowerStatus::member);
        if (status.role() != RoleName.LEADER || heir.isEmpty()) {
            return;
        }
        try {
            memberNode
                    .node()
                    .transferLeadership(heir.get())
                    .get(config.electionTimeout().toMillis() / HAND_OVER_SHARE, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.info("leadership was not handed to member {}: {}", heir.get(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
