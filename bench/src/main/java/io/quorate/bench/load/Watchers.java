package io.quorate.bench.load;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.proto.etcdserverpb.WatchGrpc;
import io.quorate.server.proto.etcdserverpb.WatchRequest;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import io.quorate.server.proto.mvccpb.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Watchers of all keys of a run, spread over the connections: those that share a connection share a stream, as etcd's own
 * clients have it. Thread-safe.
 */
final class Watchers implements AutoCloseable {

    private final WatchPuts puts;
    private final int count;
    private final CountDownLatch created;
    private final LongAdder delivered = new LongAdder();
    private final List<StreamObserver<WatchRequest>> streams = new ArrayList<>();
    private volatile Optional<Recording> recording = Optional.empty();
    private volatile Optional<Failure> broken = Optional.empty();
    private volatile boolean closed;

    private Watchers(WatchPuts puts, int count) {
        this.puts = puts;
        this.count = count;
        this.created = new CountDownLatch(count);
    }

    /**
     * Begins to watch, and waits until every watcher does. Events are not noted before {@link #noteIn}.
     *
     * @throws LoadException if one does not within the time
     */
    static Watchers open(Connections connections, Keyspace keyspace, int count, WatchPuts puts, Duration timeout)
            throws LoadException {
        Watchers watchers = new Watchers(puts, count);
        int streams = Math.min(count, connections.size());
        for (int i = 0; i < streams; i++) {
            StreamObserver<WatchRequest> stream =
                    WatchGrpc.newStub(connections.of(i)).watch(watchers.new Listener());
            watchers.streams.add(stream);
            WatchRequest request = WatchRequest.newBuilder()
                    .setCreateRequest(WatchCreateRequest.newBuilder()
                            .setKey(keyspace.prefix())
                            .setRangeEnd(keyspace.prefixEnd()))
                    .build();
            for (int watcher = i; watcher < count; watcher += streams) {
                stream.onNext(request);
            }
        }
        watchers.awaitCreated(timeout);
        return watchers;
    }

    private void awaitCreated(Duration timeout) throws LoadException {
        try {
            if (created.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
        throw new LoadException(
                LoadException.Reason.UNREACHABLE,
                created.getCount() + " of " + count + " watchers were not there within " + timeout.toMillis() + " ms"
                        + broken.map(failure -> ": " + failure).orElse(""));
    }

    /** From now on events are noted there. Those of another repetition's puts are not, whenever they come. */
    void noteIn(Recording events) {
        puts.measureFrom(events.beginNanos());
        recording = Optional.of(events);
    }

    private final class Listener implements StreamObserver<WatchResponse> {

        @Override
        public void onNext(WatchResponse response) {
            if (response.getCanceled()) {
                broken = Optional.of(
                        new Failure(Failure.Outcome.REFUSED, "a watcher was cancelled: " + response.getCancelReason()));
            }
            if (response.getCreated()) {
                created.countDown();
            }
            long now = System.nanoTime();
            recording.ifPresent(events -> {
                for (Event event : response.getEventsList()) {
                    if (event.getType() == Event.EventType.PUT
                            && puts.isOurs(event.getKv().getValue())) {
                        delivered(events, event.getKv().getValue(), now);
                    }
                }
            });
        }

        private void delivered(Recording events, ByteString value, long now) {
            long sent = WatchPuts.sentNanos(value);
            if (puts.isMeasured(sent)) {
                delivered.increment();
            }
            events.ended(RequestKind.EVENT_SINCE_SEND, sent, now - sent, Optional.empty());
            events.ended(RequestKind.EVENT_SINCE_ACK, sent, puts.nanosSinceAck(value, now), Optional.empty());
        }

        @Override
        public void onError(Throwable failure) {
            if (!closed) {
                broken = Optional.of(Failure.of(Status.fromThrowable(failure)));
            }
        }

        @Override
        public void onCompleted() {
            onError(Status.UNAVAILABLE
                    .withDescription("the member has ended a watch")
                    .asException());
        }
    }

    /** Whether every watcher was told of every put that is measured and was acknowledged. */
    boolean areUpToDate() {
        return missing() <= 0;
    }

    /** How many events have not come yet, of puts that were acknowledged; fewer than none if others came as well. */
    long missing() {
        return puts.acknowledged() * count - delivered.sum();
    }

    /** Why a watcher ended, if one did. */
    Optional<Failure> broken() {
        return broken;
    }

    @Override
    public void close() {
        closed = true;
        streams.forEach(StreamObserver::onCompleted);
    }
}
