package io.quorate.server.api;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quorate.server.auth.ClientAddress;
import io.quorate.server.wire.RelayedConnection;
import java.net.SocketAddress;
import java.util.Optional;

/**
 * Tells a service which connection a call has come by: the client's address with its port stands for it, or the name of the
 * HTTP/1.1 connection if the call was made on behalf of one. Thread-safe.
 */
public final class Connections implements ServerInterceptor {

    private static final Context.Key<SocketAddress> CONNECTION = Context.key("connection");
    private static final Context.Key<String> METHOD = Context.key("method");

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
        SocketAddress client = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        Context known =
                Context.current().withValue(METHOD, call.getMethodDescriptor().getFullMethodName());
        return Contexts.interceptCall(
                client == null ? known : known.withValue(CONNECTION, client), call, metadata, next);
    }

    /** That of the call which is being begun on this thread. */
    static Optional<Object> current() {
        Optional<Object> relayed = RelayedConnection.current().map(name -> name);
        return relayed.or(() -> Optional.ofNullable(CONNECTION.get()));
    }

    /** Where the call that is being begun on this thread comes from, and what it is, for the record of it. */
    static CallOrigin origin() {
        String method = METHOD.get();
        return new CallOrigin(
                RelayedConnection.address(),
                Optional.ofNullable(CONNECTION.get()),
                method == null ? "" : CallOrigin.shortName(method));
    }

    /** Where the client is whose call is being begun on this thread. */
    static ClientAddress address() {
        Optional<ClientAddress> relayed = RelayedConnection.address().map(ClientAddress::of);
        return relayed.or(() -> Optional.ofNullable(CONNECTION.get()).map(ClientAddress::of))
                .orElse(ClientAddress.UNKNOWN);
    }
}
