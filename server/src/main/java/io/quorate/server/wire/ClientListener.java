package io.quorate.server.wire;

import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.ChannelHandler;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Serves clients on one or more TCP ports, each of which speaks gRPC and HTTP/1.1.
 *
 * <p>Beside the given services it answers {@code grpc.health.v1.Health}, and tells of all of them by server reflection. Calls run on the event loops and must not block them. Thread-safe.
 */
public final class ClientListener implements AutoCloseable {

    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(5);

    /** What a client gets to end its calls on a connection that is too old; watches go on on the next one. */
    static final long AGE_GRACE_SECONDS = 30;

    /**
     * gRPC's own count of streams that end by RST_STREAM, by whichever side. After a burst it is met before {@link FrameBudgets} is, which does not know
     * of those that the member resets.
     */
    private static final int MAX_RESETS = 4_000;

    private static final int RESETS_SECONDS = 8;

    /**
     * By themselves they log each frame and each connection that a client gets wrong, with a stack trace: whoever sends many would fill the
     * disk. They are held here since java.util.logging would forget their levels.
     */
    private static final List<Logger> TALKATIVE = List.of(
            Logger.getLogger("io.grpc.netty.NettyServerHandler"),
            Logger.getLogger("io.grpc.netty.NettyServerTransport.connections"));

    /** What gRPC takes for never. */
    private static final Duration NEVER = Duration.ofDays(10_000);

    /** Room for an authentication token of any size in use; a large JWT passes gRPC's default of 8 KiB. */
    static final int MAX_METADATA_BYTES = 64 * 1024;

    private final List<Server> servers;
    private final HttpConnections httpConnections;
    private final Future<?> looking;
    private final HealthStatusManager health;
    private final AtomicBoolean closing = new AtomicBoolean();

    /** @param looking for requests that are too slow */
    private ClientListener(
            List<Server> servers, HttpConnections httpConnections, Future<?> looking, HealthStatusManager health) {
        this.servers = servers;
        this.httpConnections = httpConnections;
        this.looking = looking;
        this.health = health;
    }

    /**
     * Listens on all of the URLs, or on none.
     *
     * @param services the gRPC services, interceptors included
     * @param httpHandlers makes the handlers of one HTTP/1.1 connection: the first gets each {@link
     *     io.netty.handler.codec.http.FullHttpRequest}, answers it or hands it on to the next, such as {@link HttpPages}, which
     *     answers all; none gets a request before the one before it is answered
     * @throws IOException with one sentence that names the URL that cannot be listened on
     */
    public static ClientListener start(
            List<ListenUrl> urls,
            EventLoops eventLoops,
            ClientListenerOptions options,
            List<ServerServiceDefinition> services,
            Supplier<? extends List<? extends ChannelHandler>> httpHandlers)
            throws IOException {
        return start(urls, eventLoops, options, Optional.empty(), LimitListener.NONE, services, httpHandlers);
    }

    /**
     * As {@link #start(List, EventLoops, ClientListenerOptions, List, Supplier)}, with TLS at those URLs that say {@code https}.
     *
     * @param tls how; empty if none of the URLs asks for it
     * @param limits is told of clients that go beyond a limit
     */
    public static ClientListener start(
            List<ListenUrl> urls,
            EventLoops eventLoops,
            ClientListenerOptions options,
            Optional<ClientTls> tls,
            LimitListener limits,
            List<ServerServiceDefinition> services,
            Supplier<? extends List<? extends ChannelHandler>> httpHandlers)
            throws IOException {
        TALKATIVE.forEach(logger -> logger.setLevel(Level.SEVERE));
        var health = new HealthStatusManager();
        var allServices = new ArrayList<>(services);
        allServices.add(health.getHealthService().bindService());
        allServices.addAll(reflection());
        RequestBounds bounds = RequestBounds.of(options, limits);
        var open = new OpenConnections(
                options.connections().maxConnections(), options.connections().maxPerAddress());
        var httpConnections = new HttpConnections(httpHandlers, options, bounds);
        long periodNanos = options.stallTimeout().toNanos();
        Future<?> looking = eventLoops
                .group()
                .next()
                .scheduleAtFixedRate(bounds.arriving()::look, periodNanos, periodNanos, TimeUnit.NANOSECONDS);
        var listener = new ClientListener(new ArrayList<>(), httpConnections, looking, health);
        try {
            for (ListenUrl url : urls) {
                Optional<ClientTls> here = url.tls() ? Optional.of(tls.orElseThrow()) : Optional.empty();
                var negotiator = new ClientPortNegotiator(httpConnections, options, open, limits, here);
                listener.servers.add(listen(url, eventLoops, options, negotiator, bounds, allServices));
            }
        } catch (IOException e) {
            listener.close(Duration.ZERO);
            throw e;
        }
        return listener;
    }

    /** Under both names that clients ask by. */
    @SuppressWarnings("deprecation") // Many clients know the older name alone.
    private static List<ServerServiceDefinition> reflection() {
        return List.of(
                ProtoReflectionServiceV1.newInstance().bindService(),
                ProtoReflectionService.newInstance().bindService());
    }

    private static Server listen(
            ListenUrl url,
            EventLoops eventLoops,
            ClientListenerOptions options,
            ClientPortNegotiator negotiator,
            RequestBounds bounds,
            List<ServerServiceDefinition> services)
            throws IOException {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(
                        url.resolve(), InternalNettyServerCredentials.create(negotiator))
                .bossEventLoopGroup(eventLoops.group())
                .workerEventLoopGroup(eventLoops.group())
                .channelType(eventLoops.serverChannel())
                .directExecutor()
                .maxInboundMessageSize(options.maxMessageBytes())
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                .maxConcurrentCallsPerConnection(options.connections().maxStreams())
                .maxRstFramesPerWindow(MAX_RESETS, RESETS_SECONDS)
                .addStreamTracerFactory(UnfinishedMessages.counting(bounds))
                .addServices(services.stream().map(RequestReading::of).toList());
        bound(builder, options.connections());
        negotiator
                .maxConnectionAge()
                .ifPresent(age -> builder.maxConnectionAge(age.toNanos(), TimeUnit.NANOSECONDS)
                        .maxConnectionAgeGrace(AGE_GRACE_SECONDS, TimeUnit.SECONDS));
        Server server = builder.build();
        try {
            return server.start();
        } catch (IOException e) {
            server.shutdownNow();
            throw cannotListen(url, e);
        }
    }

    private static void bound(NettyServerBuilder builder, ConnectionLimits limits) {
        ConnectionLimits.KeepAlive keepAlive = limits.keepAlive();
        builder.permitKeepAliveTime(keepAlive.minTime().toNanos(), TimeUnit.NANOSECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(orNever(keepAlive.interval()).toNanos(), TimeUnit.NANOSECONDS)
                .keepAliveTimeout(keepAlive.timeout().toNanos(), TimeUnit.NANOSECONDS)
                .maxConnectionIdle(orNever(limits.maxIdle()).toNanos(), TimeUnit.NANOSECONDS);
    }

    private static Duration orNever(Duration time) {
        return time.isZero() ? NEVER : time;
    }

    private static IOException cannotListen(ListenUrl url, IOException failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String reason = String.valueOf(cause.getMessage());
        String sentence = reason.contains("in use")
                ? "Cannot listen on " + url + ": another process uses that port; stop it or choose another port."
                : "Cannot listen on " + url + ": " + reason + ".";
        var exception = new BindException(sentence);
        exception.initCause(failure);
        return exception;
    }

    /** The addresses listened on, in the order of the URLs, with the port that the system chose where the URL had 0. */
    public List<InetSocketAddress> addresses() {
        return servers.stream()
                .flatMap(server -> server.getListenSockets().stream())
                .map(ClientListener::inetAddress)
                .toList();
    }

    private static InetSocketAddress inetAddress(SocketAddress address) {
        return (InetSocketAddress) address;
    }

    /** Closes, and gives calls that are under way 5 s to end. */
    @Override
    public void close() {
        close(DEFAULT_GRACE);
    }

    /**
     * Accepts nothing more at once, tells gRPC clients to go elsewhere, lets calls that are under way end within {@code grace}, and cuts off
     * what is left then. Returns when all connections are closed; must not be called on an event loop.
     */
    public void close(Duration grace) {
        if (!closing.getAndSet(true)) {
            health.enterTerminalState();
            looking.cancel(false);
        }
        servers.forEach(Server::shutdown);
        long deadlineNanos = System.nanoTime() + grace.toNanos();
        try {
            httpConnections.close(deadlineNanos);
            for (Server server : servers) {
                if (!server.awaitTermination(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    server.shutdownNow().awaitTermination();
                }
            }
        } catch (InterruptedException e) {
            servers.forEach(Server::shutdownNow);
            Thread.currentThread().interrupt();
        }
    }
}
