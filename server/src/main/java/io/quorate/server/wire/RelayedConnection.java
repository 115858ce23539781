package io.quorate.server.wire;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.netty.channel.Channel;
import java.util.Optional;

/**
 * Tells services which client's connection a call within the process has come by: to them, all such calls come from one address.
 * Thread-safe.
 *
 * <p>Only a server within the process may have this interceptor, since it believes the metadata. A port's clients could claim
 * anything; there the metadata has no meaning.
 */
public final class RelayedConnection implements ServerInterceptor {

    private static final Metadata.Key<String> METADATA =
            Metadata.Key.of("grpc-relayed-connection", Metadata.ASCII_STRING_MARSHALLER);

    private static final Context.Key<String> CONNECTION = Context.key("relayed-connection");

    /** Marks a call that is made on behalf of the client at the other end of a channel, whatever the client has said itself. */
    public static void mark(Metadata metadata, Channel channel) {
        metadata.discardAll(METADATA);
        metadata.put(METADATA, channel.id().asLongText());
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
        String connection = metadata.get(METADATA);
        if (connection == null) {
            return next.startCall(call, metadata);
        }
        metadata.discardAll(METADATA);
        return Contexts.interceptCall(Context.current().withValue(CONNECTION, connection), call, metadata, next);
    }

    /** A name for the connection of the call that is being begun on this thread, if the call was made within the process. */
    public static Optional<String> current() {
        return Optional.ofNullable(CONNECTION.get());
    }
}
