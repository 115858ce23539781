package io.quorate.server.api;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quorate.server.proto.v3electionpb.ElectionGrpc;
import io.quorate.server.proto.v3lockpb.LockGrpc;
import io.quorate.server.wire.EtcdError;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Knows the streams that are open, so that a member which stops can end them in words upon which clients go on at another
 * one: a stream that is cut off looks to them like one that they have cancelled themselves. Thread-safe.
 */
public final class OpenStreams implements ServerInterceptor, AutoCloseable {

    /** What answers once, when it is the client's turn. */
    private static final Set<String> WAITING = Set.of(
            LockGrpc.getLockMethod().getFullMethodName(),
            ElectionGrpc.getCampaignMethod().getFullMethodName());

    private final Set<EndableCall<?, ?>> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
        if (!mayLast(call.getMethodDescriptor())) {
            return next.startCall(call, metadata);
        }
        EndableCall<Q, R> stream = new EndableCall<>(call);
        streams.add(stream);
        ServerCall.Listener<Q> listener =
                stream.untilItEnds(next.startCall(stream, metadata), () -> streams.remove(stream));
        if (closed) {
            end(stream);
        }
        return listener;
    }

    private static boolean mayLast(MethodDescriptor<?, ?> method) {
        return !method.getType().serverSendsOneMessage() || WAITING.contains(method.getFullMethodName());
    }

    private static void end(EndableCall<?, ?> stream) {
        stream.close(EtcdError.STOPPED.status(), new Metadata());
    }

    /** How many are open. */
    public int size() {
        return streams.size();
    }

    /** Ends all of them, and all that are begun from now on. */
    @Override
    public void close() {
        closed = true;
        streams.forEach(OpenStreams::end);
    }
}
