package io.quorate.server.api;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * A call that others than its handler may end, at any time; whatever the handler sends after that is dropped. What sends and
 * ends may be called by many threads.
 */
final class EndableCall<Q, A> extends SimpleForwardingServerCall<Q, A> {

    private boolean closed;

    EndableCall(ServerCall<Q, A> call) {
        super(call);
    }

    /** The handler's listener, with something that is done once the call is over, however it ends. */
    ServerCall.Listener<Q> untilItEnds(ServerCall.Listener<Q> handler, Runnable whenOver) {
        return new SimpleForwardingServerCallListener<>(handler) {
            @Override
            public void onCancel() {
                whenOver.run();
                super.onCancel();
            }

            @Override
            public void onComplete() {
                whenOver.run();
                super.onComplete();
            }
        };
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
        if (!closed) {
            super.sendHeaders(headers);
        }
    }

    @Override
    public synchronized void sendMessage(A message) {
        if (!closed) {
            super.sendMessage(message);
        }
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
        if (!closed) {
            closed = true;
            super.close(status, trailers);
        }
    }
}
