package io.quorate.server.wire;

import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Counts what has arrived of a gRPC call's next message until it is whole, for one call; and of a call that takes one message, until that
 * is carried out.
 *
 * <p>A message that is whole is not carried out before the client has said that no other follows: until then it is unfinished still.
 *
 * <p>A call that is ended is told why, and then its stream is reset: gRPC lets go of what has arrived only when the end of a call
 * has left for the client, and a client that reads nothing would have it kept.
 */
final class UnfinishedMessages extends ServerStreamTracer implements ArrivingRequests.Arriving, UntakenAnswers.Answer {

    private static final Context.Key<UnfinishedMessages> OF_THIS_CALL = Context.key("unfinished-messages");

    private final RequestBounds bounds;
    private final UnfinishedRequests.Request message;
    private boolean takesOne;
    private volatile boolean answersOne;
    private volatile Object connection = "an unknown connection";
    private long wholeBytes;
    private boolean found;
    private final AtomicLong sentBytes = new AtomicLong();
    /** Whether it has been among the untaken answers, and may be; for good, since others may be on their way there. */
    private volatile boolean joined;

    private volatile boolean answered;
    private final AtomicReference<RequestsUnderWay.Share> share = new AtomicReference<>(RequestsUnderWay.Share.NONE);
    private volatile Status reason = EtcdError.TOO_MANY_REQUESTS.status();
    private volatile Consumer<Status> eviction = why -> {};
    private volatile Optional<Context.CancellableContext> context = Optional.empty();

    private UnfinishedMessages(RequestBounds bounds) {
        this.bounds = bounds;
        this.message = bounds.unfinished().begin(this::evict);
    }

    private void evict() {
        eviction.accept(reason);
        // By the only cause for which gRPC resets a stream; the client has been told another one before.
        context.ifPresent(own -> own.cancel(new TimeoutException("the request is not waited for any more")));
    }

    /** Whether the call is being ended, and no message of it may be carried out. */
    boolean isEnded() {
        return message.isEnded();
    }

    /** Counts those of a server's calls. */
    static ServerStreamTracer.Factory counting(RequestBounds bounds) {
        return new ServerStreamTracer.Factory() {
            @Override
            public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
                return new UnfinishedMessages(bounds);
            }
        };
    }

    /** Those of the call that is being started. */
    static Optional<UnfinishedMessages> ofThisCall() {
        return Optional.ofNullable(OF_THIS_CALL.get());
    }

    /** What ends the call, with a status, if it must not go on; it runs on any thread. */
    void onEviction(Consumer<Status> end) {
        eviction = end;
    }

    @Override
    public boolean wasFound() {
        boolean before = found;
        found = true;
        return before;
    }

    @Override
    public void endForSlowness() {
        bounds.limits().exceeded(Limit.SLOW_REQUEST, "ended a request that did not come whole in time");
        reason = Status.DEADLINE_EXCEEDED.withDescription("the request did not come whole in time");
        message.close();
        evict();
    }

    /**
     * The client has said that nothing follows: the request is to be carried out now, which is refused if too much is under way.
     *
     * @param connection by which it came
     */
    boolean mayBegin(Object connection) {
        bounds.arriving().ended(this);
        if (!message.finished()) {
            return false;
        }
        Optional<RequestsUnderWay.Share> room = bounds.underWay().take(connection, wholeBytes);
        room.ifPresent(share::set);
        if (answered) {
            // Before it was carried out, by whoever did not let it.
            giveBack();
        }
        if (room.isEmpty()) {
            bounds.limits()
                    .exceeded(Limit.REQUEST_BYTES, "refused a request of " + connection + ": too much is under way");
        }
        return room.isPresent();
    }

    /**
     * A message was sent, or the client has taken what was. The only answer of a call waits as a whole until the stream has ended: gRPC keeps
     * it until the call does, and takes it for taken meanwhile.
     *
     * @param taken whether the client has taken nearly all that was sent until now
     */
    void sent(boolean taken) {
        long bytes = sentBytes.getAndSet(0);
        if (answersOne ? bytes >= UntakenAnswers.SMALL_BYTES : !taken) {
            joined = true;
            bounds.untaken().waits(this, bytes);
        }
        // The stream may have been closed meanwhile, by another thread.
        if (joined && ((taken && !answersOne) || message.isEnded())) {
            bounds.untaken().taken(this);
        }
    }

    @Override
    public Object connection() {
        return connection;
    }

    @Override
    public void endUntaken() {
        bounds.limits().exceeded(Limit.ANSWER_BYTES, "ended a call whose answer was not taken for long");
        evict();
    }

    @Override
    public void outboundWireSize(long bytes) {
        sentBytes.addAndGet(bytes);
    }

    /** Whoever carries the call out has ended it. */
    void answered() {
        answered = true;
        giveBack();
    }

    private void giveBack() {
        bounds.underWay().giveBack(share.getAndSet(RequestsUnderWay.Share.NONE));
    }

    @Override
    public void serverCallStarted(ServerCallInfo<?, ?> call) {
        takesOne = call.getMethodDescriptor().getType().clientSendsOneMessage();
        answersOne = call.getMethodDescriptor().getType().serverSendsOneMessage();
        SocketAddress client = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        if (client != null) {
            connection = client;
        }
        if (takesOne) {
            bounds.arriving().begun(this);
        }
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
    public void inboundUncompressedSize(long bytes) {
        wholeBytes += bytes;
        if (takesOne) {
            // It is kept, until it is known that none follows: one that came compressed may be larger than what has
            // arrived.
            message.arrived(bytes);
        }
    }

    @Override
    public void inboundMessageRead(int number, long wireBytes, long bytes) {
        if (!takesOne) {
            var unused = message.finished();
        }
    }

    @Override
    public void streamClosed(Status status) {
        message.close();
        bounds.arriving().ended(this);
        if (!answersOne) {
            // What makes a stream of answers ends with it; a single answer's request may be in the log already, and is
            // worked at whether or not anybody waits for that.
            answered();
        }
        if (joined) {
            bounds.untaken().taken(this);
        }
    }
}
