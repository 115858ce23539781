package io.quorate.server.wire;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.Optional;

/** Counts what has arrived of a gRPC call's next message until it is whole, for one call. */
final class UnfinishedMessages extends ServerStreamTracer {

    private static final Context.Key<UnfinishedMessages> OF_THIS_CALL = Context.key("unfinished-messages");

    private final UnfinishedRequests.Request message;
    private volatile Runnable eviction = () -> {};

    private UnfinishedMessages(UnfinishedRequests requests) {
        this.message = requests.begin(() -> eviction.run());
    }

    /** Counts those of a server's calls. */
    static ServerStreamTracer.Factory counting(UnfinishedRequests requests) {
        return new ServerStreamTracer.Factory() {
            @Override
            public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
                return new UnfinishedMessages(requests);
            }
        };
    }

    /** Those of the call that is being started. */
    static Optional<UnfinishedMessages> ofThisCall() {
        return Optional.ofNullable(OF_THIS_CALL.get());
    }

    /** What ends the call if there is too much of what is not whole; it runs on any thread. */
    void onEviction(Runnable end) {
        eviction = end;
    }

    @Override
    public Context filterContext(Context context) {
        return context.withValue(OF_THIS_CALL, this);
    }

    @Override
    public void inboundWireSize(long bytes) {
        message.arrived(bytes);
    }

    @Override
    public void inboundMessageRead(int number, long wireBytes, long bytes) {
        message.finished();
    }

    @Override
    public void streamClosed(Status status) {
        message.close();
    }
}
