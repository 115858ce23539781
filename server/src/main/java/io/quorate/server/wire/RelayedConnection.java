package io.quorate.server.wire;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * Tells services which client's connection a call within the process has come by, and from where: to them, all such calls come from one address.
 * Thread-safe.
 *
 * <p>Only a server within the process may have this interceptor, since it believes the metadata. A port's clients could claim
 * anything; there the metadata has no meaning.
 */
public final class RelayedConnection implements ServerInterceptor {

    private static final Metadata.Key<String> METADATA =
            Metadata.Key.of("grpc-relayed-connection", Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<byte[]> ADDRESS_METADATA =
            Metadata.Key.of("grpc-relayed-address-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private static final Context.Key<String> CONNECTION = Context.key("relayed-connection");
    private static final Context.Key<byte[]> ADDRESS = Context.key("relayed-address");

    /** Marks a call that is made on behalf of the client at the other end of a channel, whatever the client has said itself. */
    public static void mark(Metadata metadata, Channel channel) {
        metadata.discardAll(METADATA);
        metadata.discardAll(ADDRESS_METADATA);
        metadata.put(METADATA, channel.id().asLongText());
        if (channel.remoteAddress() instanceof InetSocketAddress client && client.getAddress() != null) {
            metadata.put(ADDRESS_METADATA, client.getAddress().getAddress());
        }
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
        String connection = metadata.get(METADATA);
        if (connection == null) {
            return next.startCall(call, metadata);
        }
        byte[] address = metadata.get(ADDRESS_METADATA);
        metadata.discardAll(METADATA);
        metadata.discardAll(ADDRESS_METADATA);
        Context known = Context.current().withValue(CONNECTION, connection);
        return Contexts.interceptCall(
                address == null ? known : known.withValue(ADDRESS, address), call, metadata, next);
    }

    /** A name for the connection of the call that is being begun on this thread, if the call was made within the process. */
    public static Optional<String> current() {
        return Optional.ofNullable(CONNECTION.get());
    }

    /** Where the client is on whose behalf that call was made within the process. */
    public static Optional<InetAddress> address() {
        return Optional.ofNullable(ADDRESS.get()).map(RelayedConnection::address);
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("it was an address before", e);
        }
    }
}
