package io.quorate.server.api;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.wire.EtcdError;

/**
 * Refuses what a witness does not serve: everything but its status. It has no state, so it could not even tell an empty store from
 * the cluster's. Clients that know other endpoints go there. Thread-safe.
 */
public final class WitnessCalls implements ServerInterceptor {

    private final boolean isWitness;

    /** @param isWitness whether this member is one, which never changes */
    public WitnessCalls(boolean isWitness) {
        this.isWitness = isWitness;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
        String method = call.getMethodDescriptor().getFullMethodName();
        if (!isWitness || method.equals(MaintenanceGrpc.getStatusMethod().getFullMethodName())) {
            return next.startCall(call, metadata);
        }
        call.close(EtcdError.NOT_SUPPORTED_FOR_WITNESS.status(), new Metadata());
        return new ServerCall.Listener<>() {};
    }
}
