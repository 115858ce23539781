package io.quorate.bench.load;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.quorate.engine.tls.TlsParty;
import io.quorate.server.proto.etcdserverpb.AuthGrpc;
import io.quorate.server.proto.etcdserverpb.AuthenticateRequest;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Open connections to a target's endpoints, in turn. Answers are told on the connections' own threads, so that no hand-over is
 * measured along. Thread-safe.
 */
final class Connections implements AutoCloseable {

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final String NO_USERS = "etcdserver: authentication is not enabled";

    private final List<ManagedChannel> channels = new ArrayList<>();
    private volatile List<Channel> known = List.of();

    private Connections() {}

    /**
     * Connects, and logs in if the target has a login.
     *
     * @param timeout for all of it
     * @throws LoadException if an endpoint cannot be reached, or the login is refused
     */
    static Connections open(Target target, int count, Duration timeout) throws LoadException {
        Connections connections = new Connections();
        try {
            for (int i = 0; i < count; i++) {
                URI endpoint = target.endpoints().get(i % target.endpoints().size());
                connections.channels.add(channel(endpoint, target.tls()));
            }
            connections.awaitAll(target, timeout);
            connections.login(target, timeout);
            return connections;
        } catch (LoadException | RuntimeException e) {
            connections.close();
            throw e;
        }
    }

    private static ManagedChannel channel(URI endpoint, Optional<TlsParty> tls) {
        String host = endpoint.getHost();
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(bare, endpoint.getPort());
        boolean secure = TlsParty.isFor(endpoint);
        return (secure ? builder.sslContext(tls.orElseThrow().client()) : builder.usePlaintext())
                .directExecutor()
                .disableRetry()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
    }

    private void awaitAll(Target target, Duration timeout) throws LoadException {
        long end = System.nanoTime() + timeout.toNanos();
        List<CompletableFuture<Boolean>> connected = new ArrayList<>();
        for (ManagedChannel channel : channels) {
            CompletableFuture<Boolean> one = new CompletableFuture<>();
            connected.add(one);
            watch(channel, one);
        }
        for (int i = 0; i < connected.size(); i++) {
            if (!isReached(connected.get(i), end - System.nanoTime())) {
                URI endpoint = target.endpoints().get(i % target.endpoints().size());
                throw new LoadException(
                        LoadException.Reason.UNREACHABLE,
                        "no member answers at " + endpoint.getAuthority()
                                + "; start one, or name others with --endpoints");
            }
        }
    }

    private static boolean isReached(CompletableFuture<Boolean> connected, long nanos) throws LoadException {
        try {
            return connected.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LoadException(LoadException.Reason.UNREACHABLE, "interrupted");
        }
    }

    private static void watch(ManagedChannel channel, CompletableFuture<Boolean> connected) {
        ConnectivityState state = channel.getState(true);
        switch (state) {
            case READY -> connected.complete(true);
            case TRANSIENT_FAILURE, SHUTDOWN -> connected.complete(false);
            case IDLE, CONNECTING -> channel.notifyWhenStateChanged(state, () -> watch(channel, connected));
        }
    }

    /**
     * Logs in anew, if the target has a login: one that is not used ends after a while, and a JSON Web Token in any case. Where a
     * member does not answer the next one is asked, and where none does the login before goes on to be used, if there is one.
     *
     * @throws LoadException if it is refused; the one before goes on to be used
     */
    void login(Target target, Duration timeout) throws LoadException {
        if (target.login().isEmpty()) {
            known = List.copyOf(channels);
            return;
        }
        Optional<LoadException> away = Optional.empty();
        for (ManagedChannel member : channels.subList(0, members(target))) {
            try {
                known = asUser(target.login().get(), member, timeout);
                return;
            } catch (StatusRuntimeException e) {
                LoadException failure =
                        new LoadException("user " + target.login().get() + " cannot log in", e);
                if (failure.reason() == LoadException.Reason.REFUSED && !isAway(e.getStatus())) {
                    throw failure;
                }
                away = Optional.of(failure);
            }
        }
        if (known.isEmpty() && away.isPresent()) {
            throw away.get();
        }
    }

    /** Another member may answer: this one says, for example, that it knows no leader. */
    private static boolean isAway(Status status) {
        return status.getCode() == Status.Code.UNAVAILABLE;
    }

    /** How many members are asked: connections go to the endpoints in turn. */
    int members(Target target) {
        return Math.min(channels.size(), target.endpoints().size());
    }

    private List<Channel> asUser(Target.Login login, Channel member, Duration timeout) {
        Metadata headers = new Metadata();
        try {
            headers.put(
                    TOKEN,
                    AuthGrpc.newBlockingStub(member)
                            .withDeadlineAfter(timeout)
                            .authenticate(AuthenticateRequest.newBuilder()
                                    .setName(login.user())
                                    .setPassword(login.password())
                                    .build())
                            .getToken());
        } catch (StatusRuntimeException e) {
            if (NO_USERS.equals(e.getStatus().getDescription())) {
                return List.copyOf(channels);
            }
            throw e;
        }
        return channels.stream()
                .map(channel ->
                        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)))
                .toList();
    }

    int size() {
        return known.size();
    }

    /** The connection that a client has: the clients share them evenly. */
    Channel of(int client) {
        return known.get(client % known.size());
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
