package io.quorate.server.gateway;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.quorate.server.wire.WorkUnderWay;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Has requests take up room until the services have ended them: to its caller a call within the process is over as soon as it is given up. Thread-safe.
 *
 * <p>As with {@link io.quorate.server.wire.RelayedConnection}, the metadata is believed within the process alone.
 */
final class GatewayWork implements ServerInterceptor {

    private static final Metadata.Key<String> NUMBER =
            Metadata.Key.of("grpc-gateway-work", Metadata.ASCII_STRING_MARSHALLER);

    private final AtomicLong last = new AtomicLong();
    private final Map<String, WorkUnderWay.Part> unclaimed = new ConcurrentHashMap<>();

    /** Marks a call that works at a request, whatever the client has said itself; answers what to forget it by. */
    String begin(Metadata metadata, WorkUnderWay.Part work) {
        String number = Long.toString(last.incrementAndGet());
        metadata.discardAll(NUMBER);
        metadata.put(NUMBER, number);
        unclaimed.put(number, work);
        return number;
    }

    /** The call is over, and may never have come to a service. */
    void forget(String number) {
        Optional.ofNullable(unclaimed.remove(number)).ifPresent(WorkUnderWay.Part::ended);
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
        String number = metadata.get(NUMBER);
        metadata.discardAll(NUMBER);
        WorkUnderWay.Part work = number == null ? null : unclaimed.remove(number);
        return work == null ? next.startCall(call, metadata) : start(call, metadata, next, work);
    }

    private static <Q, R> ServerCall.Listener<Q> start(
            ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next, WorkUnderWay.Part work) {
        boolean answersOne = call.getMethodDescriptor().getType().serverSendsOneMessage();
        ServerCall.Listener<Q> listener;
        try {
            listener = next.startCall(answering(call, work), metadata);
        } catch (RuntimeException | Error e) {
            work.ended();
            throw e;
        }
        return new SimpleForwardingServerCallListener<>(listener) {
            private boolean begun;

            @Override
            public void onHalfClose() {
                boolean done = false;
                try {
                    begun = true;
                    super.onHalfClose();
                    done = true;
                } finally {
                    if (!done) {
                        // Whoever fails at once does not end the call: gRPC does.
                        work.ended();
                    }
                }
            }

            @Override
            public void onCancel() {
                // What makes a stream of answers ends with it; one whose request has not come whole does not begin.
                if (!answersOne || !begun) {
                    work.ended();
                }
                super.onCancel();
            }

            // Also of a call that gRPC has ended itself, since its service failed.
            @Override
            public void onComplete() {
                work.ended();
                super.onComplete();
            }
        };
    }

    /** The call as its service answers it. */
    private static <Q, R> ServerCall<Q, R> answering(ServerCall<Q, R> call, WorkUnderWay.Part work) {
        return new SimpleForwardingServerCall<>(call) {
            @Override
            public void sendMessage(R message) {
                try {
                    super.sendMessage(message);
                } catch (RuntimeException | Error e) {
                    work.ended();
                    throw e;
                }
            }

            @Override
            public void close(Status status, Metadata trailers) {
                try {
                    super.close(status, trailers);
                } finally {
                    work.ended();
                }
            }
        };
    }
}
