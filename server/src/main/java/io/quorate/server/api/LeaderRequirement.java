package io.quorate.server.api;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quorate.engine.RaftNode;
import io.quorate.server.wire.EtcdError;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Refuses calls of clients that would rather ask another member than wait, while this one knows of no leader; and ends their
 * streams when there has been none for some time (etcd's metadata {@code hasleader}). Thread-safe.
 */
public final class LeaderRequirement implements ServerInterceptor {

    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    /** etcd's figure: an election that succeeds ends no stream. */
    private static final int MAX_CHECKS_WITHOUT_LEADER = 3;

    private final RaftNode<?> node;
    private final Set<EndableCall<?, ?>> streams = ConcurrentHashMap.newKeySet();
    private int checksWithoutLeader;

    /** @param timer checks, once in an election timeout, whether there is a leader */
    public LeaderRequirement(RaftNode<?> node, Duration electionTimeout, ScheduledExecutorService timer) {
        this.node = node;
        Future<?> unused = timer.scheduleWithFixedDelay(
                this::check, electionTimeout.toNanos(), electionTimeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
        if (!"true".equals(metadata.get(HAS_LEADER))) {
            return next.startCall(call, metadata);
        }
        if (node.status().leader().isEmpty()) {
            call.close(EtcdError.NO_LEADER.status(), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        if (call.getMethodDescriptor().getType().serverSendsOneMessage()) {
            return next.startCall(call, metadata);
        }
        EndableCall<Q, R> stream = new EndableCall<>(call);
        streams.add(stream);
        return stream.untilItEnds(next.startCall(stream, metadata), () -> streams.remove(stream));
    }

    private void check() {
        checksWithoutLeader = node.status().leader().isPresent() ? 0 : checksWithoutLeader + 1;
        if (checksWithoutLeader >= MAX_CHECKS_WITHOUT_LEADER) {
            streams.forEach(stream -> stream.close(EtcdError.NO_LEADER.status(), new Metadata()));
        }
    }
}
