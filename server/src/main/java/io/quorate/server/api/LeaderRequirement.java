package io.quorate.server.api;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quorate.engine.RaftNode;
import io.quorate.server.wire.EtcdError;

/** Refuses calls of clients that would rather ask another member than wait, while this one knows of no leader. Thread-safe. */
public final class LeaderRequirement implements ServerInterceptor {

    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private final RaftNode<?> node;

    public LeaderRequirement(RaftNode<?> node) {
        this.node = node;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
        if ("true".equals(metadata.get(HAS_LEADER)) && node.status().leader().isEmpty()) {
            call.close(EtcdError.NO_LEADER.status(), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return next.startCall(call, metadata);
    }
}
