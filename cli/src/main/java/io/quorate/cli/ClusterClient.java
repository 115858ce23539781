package io.quorate.cli;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.quorate.engine.tls.TlsParty;
import io.quorate.server.proto.etcdserverpb.AuthGrpc;
import io.quorate.server.proto.etcdserverpb.AuthenticateRequest;
import io.quorate.server.wire.EtcdError;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Sends requests to the first of some endpoints that can be reached. For one thread.
 *
 * <p>A read goes on to the next endpoint when the connection is lost. A write is sent once: whoever cannot know whether it was
 * carried out is told so, with {@link ExitCode#UNKNOWN_OUTCOME}, since a repetition might undo what others wrote in between.
 */
final class ClusterClient implements AutoCloseable {

    /** A unary request. */
    @FunctionalInterface
    interface Call<T> {
        T on(Channel channel, Deadline deadline);
    }

    /** Why nobody could be logged in: the request itself was not sent. */
    private static final class LoginFailed extends StatusRuntimeException {

        private static final long serialVersionUID = 1;

        LoginFailed(StatusRuntimeException why) {
            super(why.getStatus(), why.getTrailers());
        }
    }

    /**
     * Long enough for a handshake across continents, short enough not to spend the whole timeout at a dead endpoint while
     * another may live. The last endpoint gets all the time that is left.
     */
    private static final Duration WHILE_OTHERS_WAIT = Duration.ofSeconds(2);

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    private final List<URI> endpoints;
    private final Optional<Credentials> credentials;
    private final Duration timeout;
    private final Deadline deadline;
    private final Duration whileOthersWait;
    private final TlsOptions tls;
    private Optional<ManagedChannel> open = Optional.empty();

    /** Every member takes it, whichever gave it. */
    private final TokenMemory tokens;

    /**
     * @param credentials who asks; a cluster without users asks nobody for a name
     * @param timeout for everything that is done with this client, from now on
     */
    ClusterClient(List<URI> endpoints, Optional<Credentials> credentials, Duration timeout) {
        this(endpoints, credentials, timeout, new TlsOptions());
    }

    /** @param tls how endpoints are spoken to that are {@code https} URLs */
    ClusterClient(List<URI> endpoints, Optional<Credentials> credentials, Duration timeout, TlsOptions tls) {
        this(endpoints, credentials, timeout, WHILE_OTHERS_WAIT, new TokenMemory(), tls);
    }

    /** @param tokens of clients before and after this one, with the same credentials */
    ClusterClient(
            List<URI> endpoints,
            Optional<Credentials> credentials,
            Duration timeout,
            TokenMemory tokens,
            TlsOptions tls) {
        this(endpoints, credentials, timeout, WHILE_OTHERS_WAIT, tokens, tls);
    }

    /** @param whileOthersWait how long an endpoint may take to connect if it is not the last one */
    ClusterClient(List<URI> endpoints, Optional<Credentials> credentials, Duration timeout, Duration whileOthersWait) {
        this(endpoints, credentials, timeout, whileOthersWait, new TokenMemory(), new TlsOptions());
    }

    private ClusterClient(
            List<URI> endpoints,
            Optional<Credentials> credentials,
            Duration timeout,
            Duration whileOthersWait,
            TokenMemory tokens,
            TlsOptions tls) {
        this.tokens = tokens;
        this.tls = tls;
        this.endpoints = List.copyOf(endpoints);
        this.credentials = credentials;
        this.timeout = timeout;
        this.whileOthersWait = whileOthersWait;
        this.deadline = Deadline.after(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** @throws CommandFailed if the cluster refuses, no endpoint can be reached, or time runs out */
    <T> T read(Call<T> call) {
        for (URI endpoint : endpoints) {
            if (connect(endpoint)) {
                try {
                    return asUser(call);
                } catch (StatusRuntimeException e) {
                    boolean goOn = RequestFailure.isConnectionLost(e.getStatus())
                            || (RequestFailure.isForAnotherMember(e.getStatus()) && !isLast(endpoint));
                    if (!goOn) {
                        throw RequestFailure.ofRead(e, endpoint, timeout);
                    }
                }
            }
        }
        throw unreachable(endpoints, tls);
    }

    private boolean isLast(URI endpoint) {
        return endpoint.equals(endpoints.getLast());
    }

    /** @throws CommandFailed if the cluster refuses, no endpoint can be reached, or the outcome is not known */
    <T> T write(Call<T> call) {
        for (URI endpoint : endpoints) {
            if (connect(endpoint)) {
                try {
                    return asUser(call);
                } catch (LoginFailed e) {
                    // Nothing was written then, and another endpoint may do.
                    if (!RequestFailure.isConnectionLost(e.getStatus())) {
                        throw RequestFailure.ofRead(e, endpoint, timeout);
                    }
                } catch (StatusRuntimeException e) {
                    if (!RequestFailure.isForAnotherMember(e.getStatus()) || isLast(endpoint)) {
                        throw RequestFailure.ofWrite(e, endpoint, timeout);
                    }
                }
            }
        }
        throw unreachable(endpoints, tls);
    }

    /** The token by which the cluster knows who asks, if it has wanted to know so far. */
    Optional<String> token() {
        return tokens.known();
    }

    /** Says who asks only if the cluster wants to know: a login needs its quorum, and a status does not. */
    private <T> T asUser(Call<T> call) {
        try {
            return call.on(known(), deadline);
        } catch (StatusRuntimeException e) {
            boolean unknown = tokens.known().isPresent()
                    ? RequestFailure.isForWantOfALogin(e.getStatus())
                    : RequestFailure.isForWantOfAUser(e.getStatus());
            if (credentials.isEmpty() || !unknown) {
                throw e;
            }
        }
        try {
            tokens.remember(logIn(credentials.get()));
        } catch (StatusRuntimeException e) {
            throw new LoginFailed(e);
        }
        return call.on(known(), deadline);
    }

    private Channel known() {
        Optional<String> token = tokens.known();
        return token.isEmpty()
                ? channel()
                : ClientInterceptors.intercept(
                        channel(), MetadataUtils.newAttachHeadersInterceptor(headers(token.get())));
    }

    private static Metadata headers(String token) {
        Metadata headers = new Metadata();
        headers.put(TOKEN, token);
        return headers;
    }

    private Optional<String> logIn(Credentials user) {
        try {
            return Optional.of(AuthGrpc.newBlockingStub(channel())
                    .withDeadline(deadline)
                    .authenticate(AuthenticateRequest.newBuilder()
                            .setName(user.name())
                            .setPassword(user.password())
                            .build())
                    .getToken());
        } catch (StatusRuntimeException e) {
            if (RequestFailure.describe(e.getStatus()).equals(EtcdError.AUTH_NOT_ENABLED.message())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public void close() {
        open.ifPresent(ManagedChannel::shutdownNow);
        open = Optional.empty();
    }

    private ManagedChannel channel() {
        return open.orElseThrow(() -> new IllegalStateException("not connected"));
    }

    private boolean connect(URI endpoint) {
        close();
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(host(endpoint), endpoint.getPort());
        ManagedChannel channel = (TlsParty.isFor(endpoint)
                        ? builder.sslContext(tls.party().client())
                        : builder.usePlaintext())
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
        open = Optional.of(channel);
        CompletableFuture<Boolean> connected = new CompletableFuture<>();
        watch(channel, connected);
        try {
            return connected.get(millisToConnect(endpoint), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // As good as refused: the caller goes on to the next endpoint.
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed(ExitCode.FAILED, "interrupted", e);
        }
    }

    private long millisToConnect(URI endpoint) {
        long left = Math.max(1, deadline.timeRemaining(TimeUnit.MILLISECONDS));
        return endpoint.equals(endpoints.getLast()) ? left : Math.min(whileOthersWait.toMillis(), left);
    }

    private static void watch(ManagedChannel channel, CompletableFuture<Boolean> connected) {
        ConnectivityState state = channel.getState(true);
        switch (state) {
            case READY -> connected.complete(true);
            case TRANSIENT_FAILURE, SHUTDOWN -> connected.complete(false);
            case IDLE, CONNECTING -> channel.notifyWhenStateChanged(state, () -> watch(channel, connected));
        }
    }

    /** What it means that none of these can be reached; where a certificate is the cause, it is named. */
    static CommandFailed unreachable(List<URI> endpoints, TlsOptions tls) {
        String where = endpoints.stream().map(URI::getAuthority).collect(Collectors.joining(", "));
        for (URI endpoint : endpoints) {
            Optional<String> why = TlsParty.isFor(endpoint) ? tls.failure(endpoint) : Optional.empty();
            if (why.isPresent()) {
                return new CommandFailed(
                        ExitCode.UNREACHABLE,
                        "no member can be spoken to at " + where + ": TLS with " + endpoint.getAuthority()
                                + " fails, since " + why.get() + "; see --cacert, --cert and --key");
            }
        }
        return new CommandFailed(
                ExitCode.UNREACHABLE,
                "no member answers at " + where
                        + "; start a cluster with 'quorate dev', or name its members with --endpoints");
    }

    static String host(URI endpoint) {
        String host = endpoint.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
