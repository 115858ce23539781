package io.quorate.server.api;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quorate.server.WatchOptions;
import io.quorate.server.proto.etcdserverpb.WatchGrpc;
import io.quorate.server.proto.etcdserverpb.WatchRequest;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import io.quorate.server.store.ReplicatedStore;
import io.quorate.server.store.WatchDelivery;
import io.quorate.server.wire.LimitListener;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** etcd's service {@code Watch}: tells clients of changes, in the order of revisions, without a gap or a repetition. Thread-safe. */
public final class WatchService extends WatchGrpc.WatchImplBase implements AutoCloseable {

    /** Stands for the connection of a call that says nothing of it. */
    private static final Object UNKNOWN = "unknown";

    private final ReplicatedStore store;
    private final Clients clients;
    private final WatchDelivery delivery;
    private final WatchResponses responses;
    private final WatchCounts<Object> counts;
    private final Set<WatchStream> streams = ConcurrentHashMap.newKeySet();
    private final Future<?> progress;

    /**
     * @param maxResponseBytes from which size on responses are split for those who want that
     * @param options what those who watch are allowed
     * @param limits is told of those that want more
     */
    public WatchService(
            ReplicatedStore store,
            Clients clients,
            WatchDelivery delivery,
            Headers headers,
            long maxResponseBytes,
            WatchOptions options,
            LimitListener limits,
            ScheduledExecutorService timer) {
        this.store = store;
        this.clients = clients;
        this.delivery = delivery;
        this.responses = new WatchResponses(headers, maxResponseBytes);
        this.counts = new WatchCounts<>(options.maxPerConnection(), options.maxInTotal(), limits);
        long nanos = options.progressInterval().toNanos();
        this.progress = timer.scheduleWithFixedDelay(
                () -> streams.forEach(WatchStream::notifyProgress), nanos, nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> call) {
        WatchStream stream = new WatchStream(
                (ServerCallStreamObserver<WatchResponse>) call,
                store,
                clients.current(),
                delivery,
                responses,
                counts,
                Connections.current().orElse(UNKNOWN),
                streams::remove);
        streams.add(stream);
        stream.begin();
        return stream;
    }

    /** The streams that are open. */
    int openStreams() {
        return streams.size();
    }

    @Override
    public void close() {
        progress.cancel(false);
    }
}
