package io.quorate.server.wire;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * Counts what has arrived of a gRPC call's next message until it is whole, for one call.
 *
 * <p>A call that is ended is told why, and then its stream is reset: gRPC lets go of what has arrived only when the end of a call
 * has left for the client, and a client that reads nothing would have it kept.
 */
final class UnfinishedMessages extends ServerStreamTracer {

    private static final Context.Key<UnfinishedMessages> OF_THIS_CALL = Context.key("unfinished-messages");

    private final UnfinishedRequests.Request message;
    private volatile Runnable eviction = () -> {};
    private volatile Optional<Context.CancellableContext> context = Optional.empty();

    private UnfinishedMessages(UnfinishedRequests requests) {
        this.message = requests.begin(this::evict);
    }

    private void evict() {
        eviction.run();
        // By the only cause for which gRPC resets a stream; the client has been told another one before.
        context.ifPresent(own -> own.cancel(new TimeoutException("too much arrives at once")));
    }

    /** Whether the call is being ended, and no message of it may be carried out. */
    boolean isEnded() {
        return message.isEnded();
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
    @SuppressWarnings("MustBeClosedChecker") // Nothing waits for its end.
    public Context filterContext(Context outer) {
        Context.CancellableContext own = outer.withValue(OF_THIS_CALL, this).withCancellation();
        context = Optional.of(own);
        return own;
    }

    @Override
    public void inboundWireSize(long bytes) {
        message.arrived(bytes);
    }

    @Override
    public void inboundMessageRead(int number, long wireBytes, long bytes) {
        var unused = message.finished();
    }

    @Override
    public void streamClosed(Status status) {
        message.close();
    }
}
