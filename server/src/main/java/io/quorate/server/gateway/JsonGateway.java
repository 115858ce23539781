package io.quorate.server.gateway;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.AnonymousInProcessSocketAddress;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.netty.channel.ChannelHandler;
import io.quorate.server.wire.RelayedConnection;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Serves gRPC services to clients that speak HTTP/1.1 and JSON: each request becomes a call within the process, so that it meets
 * the same services and interceptors as any other. Thread-safe.
 *
 * <p>JSON is read and written on threads of the gateway's own: a large answer holds up neither other clients' sockets nor
 * whoever made it.
 */
public final class JsonGateway implements AutoCloseable {

    private static final String PREFIX = "/v3/";

    /** etcd's name for the same paths before they were settled; some clients use it to this day. */
    private static final String OLD_PREFIX = "/v3beta/";

    private final Map<String, Route> routes;
    private final int maxMessageBytes;
    private final Server server;
    private final ManagedChannel channel;
    private final ExecutorService workers;
    private final GatewayWork work = new GatewayWork();

    private JsonGateway(List<ServerServiceDefinition> services, int maxMessageBytes) throws IOException {
        this.routes = Route.of(services);
        this.maxMessageBytes = maxMessageBytes;
        this.workers = Executors.newFixedThreadPool(
                Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4),
                Thread.ofPlatform().daemon().name("quorate-gateway-", 0).factory());
        AnonymousInProcessSocketAddress address = new AnonymousInProcessSocketAddress();
        this.server = InProcessServerBuilder.forAddress(address)
                .directExecutor()
                .addServices(services)
                .intercept(new RelayedConnection())
                .intercept(work)
                .build()
                .start();
        this.channel = InProcessChannelBuilder.forAddress(address)
                .executor(workers)
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
    }

    /**
     * Begins to serve.
     *
     * @param services on the paths that their methods' option {@code google.api.http} gives
     * @param maxMessageBytes the largest request, in protobuf's encoding
     */
    public static JsonGateway start(List<ServerServiceDefinition> services, int maxMessageBytes) throws IOException {
        return new JsonGateway(services, maxMessageBytes);
    }

    /** A handler for one connection of HTTP/1.1: it hands on requests for other paths than the gateway's. */
    public ChannelHandler newHandler() {
        return new GatewayHandler(this);
    }

    Optional<Route> route(String path) {
        String canonical = path.startsWith(OLD_PREFIX) ? PREFIX + path.substring(OLD_PREFIX.length()) : path;
        return Optional.ofNullable(routes.get(canonical));
    }

    GatewayWork work() {
        return work;
    }

    ManagedChannel channel() {
        return channel;
    }

    ExecutorService workers() {
        return workers;
    }

    int maxMessageBytes() {
        return maxMessageBytes;
    }

    /** Ends all calls. The connections are their listener's. */
    @Override
    public void close() {
        channel.shutdownNow();
        server.shutdownNow();
        workers.shutdown();
    }
}
