package io.quorate.server.api;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.wire.EtcdError;
import java.util.function.BooleanSupplier;

/**
 * Refuses what a learner does not serve: everything but its status and reads that are content with what it has. It may lag far
 * behind, and clients are better off with a voter. Thread-safe.
 */
public final class LearnerCalls implements ServerInterceptor {

    private final BooleanSupplier isLearner;

    /** @param isLearner whether this member is one, now */
    public LearnerCalls(BooleanSupplier isLearner) {
        this.isLearner = isLearner;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
        String method = call.getMethodDescriptor().getFullMethodName();
        if (!isLearner.getAsBoolean()
                || method.equals(MaintenanceGrpc.getStatusMethod().getFullMethodName())) {
            return next.startCall(call, metadata);
        }
        if (method.equals(KVGrpc.getRangeMethod().getFullMethodName())) {
            return new SerializableAlone<>(next.startCall(call, metadata), call);
        }
        refuse(call);
        return new ServerCall.Listener<>() {};
    }

    private static void refuse(ServerCall<?, ?> call) {
        call.close(EtcdError.NOT_SUPPORTED_FOR_LEARNER.status(), new Metadata());
    }

    /** Keeps other reads from their handler. For one call, and so one thread at a time. */
    private static final class SerializableAlone<Q> extends SimpleForwardingServerCallListener<Q> {

        private final ServerCall<Q, ?> call;
        private boolean refused;

        SerializableAlone(ServerCall.Listener<Q> handler, ServerCall<Q, ?> call) {
            super(handler);
            this.call = call;
        }

        @Override
        public void onMessage(Q request) {
            if (request instanceof RangeRequest range && range.getSerializable()) {
                super.onMessage(request);
            } else if (!refused) {
                refused = true;
                refuse(call);
            }
        }

        /** The handler would miss the request. */
        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose();
            }
        }
    }
}
