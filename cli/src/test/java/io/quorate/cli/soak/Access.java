package io.quorate.cli.soak;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.quorate.server.proto.etcdserverpb.AuthEnableRequest;
import io.quorate.server.proto.etcdserverpb.AuthGrpc;
import io.quorate.server.proto.etcdserverpb.AuthRoleAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserDeleteRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserGrantRoleRequest;
import io.quorate.server.proto.etcdserverpb.AuthenticateRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** How clients reach the members: their ports, their connections, and the token of root once authentication is enabled. Thread-safe. */
final class Access implements AutoCloseable {

    static final ByteString ROOT = ByteString.copyFromUtf8("root");
    private static final long PATIENCE_SECONDS = 20;
    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    private final List<Integer> ports;
    private final List<ManagedChannel> channels;
    private volatile Optional<String> token = Optional.empty();

    Access(List<Integer> ports) {
        this.ports = ports;
        this.channels = ports.stream().map(Access::connect).toList();
    }

    /** A connection of one's own, to be thrown away. */
    static ManagedChannel connect(int port) {
        return NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                // The least that HTTP/2 begins with, so that whoever does not read is felt by the member.
                .flowControlWindow(65_535)
                .build();
    }

    int members() {
        return ports.size();
    }

    int port(int member) {
        return ports.get(member);
    }

    Optional<String> token() {
        return token;
    }

    /** The shared connection to a member, as root. */
    Channel channel(int member) {
        return asRoot(channels.get(member));
    }

    /** The shared connection to a member, as nobody. */
    Channel anonymous(int member) {
        return channels.get(member);
    }

    Channel asRoot(Channel channel) {
        return ClientInterceptors.intercept(channel, new ShowToken(() -> token));
    }

    static Channel with(Channel channel, String token) {
        return ClientInterceptors.intercept(channel, new ShowToken(() -> Optional.of(token)));
    }

    AuthGrpc.AuthBlockingStub auth(int member) {
        return AuthGrpc.newBlockingStub(channel(member)).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    void enableUsers() {
        addUser(0, "root", "root");
        auth(0).authEnable(AuthEnableRequest.getDefaultInstance());
        logIn();
    }

    void addUser(int member, String name, String role) {
        if (!role.equals("root")) {
            auth(member).roleAdd(AuthRoleAddRequest.newBuilder().setName(role).build());
        }
        auth(member)
                .userAdd(AuthUserAddRequest.newBuilder()
                        .setName(name)
                        .setPassword(name)
                        .build());
        auth(member)
                .userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                        .setUser(name)
                        .setRole(role)
                        .build());
    }

    void deleteUser(int member, String name) {
        auth(member).userDelete(AuthUserDeleteRequest.newBuilder().setName(name).build());
    }

    String logIn(int member, String name) {
        return AuthGrpc.newBlockingStub(channels.get(member))
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .authenticate(AuthenticateRequest.newBuilder()
                        .setName(name)
                        .setPassword(name)
                        .build())
                .getToken();
    }

    /** A token ends some time after its last use, and when its member changes its mind: so root logs in again at times. */
    void logIn() {
        token = Optional.of(logIn(0, "root"));
    }

    /** The same, once authentication is enabled and if member 0 can be reached. */
    void logInAgain() {
        if (token.isPresent()) {
            try {
                logIn();
            } catch (StatusRuntimeException e) {
                // It is done again before long.
            }
        }
    }

    /** Tries again at once to reach members that were down. */
    void reconnect() {
        channels.forEach(ManagedChannel::resetConnectBackoff);
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }

    static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private record ShowToken(Supplier<Optional<String>> token) implements ClientInterceptor {

        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<A> listener, Metadata headers) {
                    token.get().ifPresent(shown -> headers.put(TOKEN, shown));
                    super.start(listener, headers);
                }
            };
        }
    }
}
