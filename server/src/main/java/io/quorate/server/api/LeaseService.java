package io.quorate.server.api;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quorate.kv.AccessCheck;
import io.quorate.kv.Bytes;
import io.quorate.kv.Caller;
import io.quorate.kv.Lease;
import io.quorate.kv.LeaseGrant;
import io.quorate.kv.LeaseKeeper.Answer;
import io.quorate.kv.LeaseRevoke;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrantResponse;
import io.quorate.server.proto.etcdserverpb.LeaseGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseKeepAliveRequest;
import io.quorate.server.proto.etcdserverpb.LeaseKeepAliveResponse;
import io.quorate.server.proto.etcdserverpb.LeaseLeasesRequest;
import io.quorate.server.proto.etcdserverpb.LeaseLeasesResponse;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeResponse;
import io.quorate.server.proto.etcdserverpb.LeaseStatus;
import io.quorate.server.proto.etcdserverpb.LeaseTimeToLiveRequest;
import io.quorate.server.proto.etcdserverpb.LeaseTimeToLiveResponse;
import io.quorate.server.store.ReplicatedLeases;
import io.quorate.server.store.ReplicatedStore;
import io.quorate.server.wire.EtcdError;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/** etcd's service {@code Lease}: promises to keep keys for a time, renewed through any member. Thread-safe. */
public final class LeaseService extends LeaseGrpc.LeaseImplBase {

    private static final long NO_SUCH_LEASE_TTL = -1;

    private final Clients clients;
    private final ReplicatedStore store;
    private final ReplicatedLeases leases;
    private final Headers headers;
    private final long minTtlSeconds;

    /** @param minTtlSeconds what shorter leases are raised to: one must outlast an election */
    public LeaseService(
            Clients clients, ReplicatedStore store, ReplicatedLeases leases, Headers headers, long minTtlSeconds) {
        this.clients = clients;
        this.store = store;
        this.leases = leases;
        this.headers = headers;
        this.minTtlSeconds = minTtlSeconds;
    }

    @Override
    public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> call) {
        Answers.send(call, () -> grant(request), this::granted);
    }

    private CompletableFuture<Result> grant(LeaseGrantRequest request) {
        if (request.getTTL() > LeaseGrant.MAX_TTL_SECONDS) {
            throw EtcdError.LEASE_TTL_TOO_LARGE.exception();
        }
        long id = request.getID() != 0
                ? request.getID()
                : ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
        return clients.current().write(new LeaseGrant(id, Math.max(request.getTTL(), minTtlSeconds)));
    }

    private LeaseGrantResponse granted(Result result) {
        return switch (result) {
            case Result.LeaseGrantResult granted ->
                LeaseGrantResponse.newBuilder()
                        .setHeader(headers.at(granted.revision()))
                        .setID(granted.lease().id())
                        .setTTL(granted.lease().ttlSeconds())
                        .build();
            default -> throw Failures.unexpected(result);
        };
    }

    @Override
    public void leaseRevoke(LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> call) {
        Answers.send(call, () -> clients.current().write(new LeaseRevoke(request.getID())), this::revoked);
    }

    private LeaseRevokeResponse revoked(Result result) {
        return switch (result) {
            case Result.LeaseRevokeResult revoked ->
                LeaseRevokeResponse.newBuilder()
                        .setHeader(headers.at(revoked.revision()))
                        .build();
            default -> throw Failures.unexpected(result);
        };
    }

    /** Requests are answered one after the other; a client that does not take its answers is not listened to. */
    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(StreamObserver<LeaseKeepAliveResponse> call) {
        ClientStore client = clients.current();
        // Whoever may open a stream goes on when its token is over; not when the user is gone.
        CompletableFuture<Caller> caller = client.caller();
        CompletableFuture<Void> over = new CompletableFuture<>();
        OneByOne<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream = new OneByOne<>(
                (ServerCallStreamObserver<LeaseKeepAliveResponse>) call,
                request -> judged(client, caller).thenCompose(allowed -> keepAlive(request)),
                () -> over.complete(null));
        AccessChanges.Held held = client.hold(() -> {
            var unused = judged(client, caller).whenComplete((allowed, failure) -> {
                if (failure != null) {
                    stream.fail(failure);
                }
            });
        });
        var unused = over.thenRun(held::close);
        return stream;
    }

    private static CompletableFuture<Void> judged(ClientStore client, CompletableFuture<Caller> caller) {
        return caller.thenAccept(who -> client.judgeNow(who, AccessCheck::user));
    }

    /** As in etcd, the header tells of the time before the renewal. */
    private CompletableFuture<LeaseKeepAliveResponse> keepAlive(LeaseKeepAliveRequest request) {
        long revision = store.ask(MvccStore::currentRevision);
        return leases.keepAlive(request.getID())
                .thenApply(answer -> LeaseKeepAliveResponse.newBuilder()
                        .setHeader(headers.at(revision))
                        .setID(request.getID())
                        .setTTL(
                                answer instanceof Answer.Kept kept
                                        ? kept.lease().ttlSeconds()
                                        : 0)
                        .build());
    }

    @Override
    public void leaseTimeToLive(LeaseTimeToLiveRequest request, StreamObserver<LeaseTimeToLiveResponse> call) {
        Answers.send(call, () -> timeToLive(request), response -> response);
    }

    private CompletableFuture<LeaseTimeToLiveResponse> timeToLive(LeaseTimeToLiveRequest request) {
        ClientStore client = clients.current();
        return client.requireNow(AccessCheck::user)
                .thenCompose(allowed -> leases.timeToLive(request.getID()))
                .thenCompose(answer -> switch (answer) {
                    case Answer.Left left ->
                        request.getKeys()
                                ? client.leaseKeys(
                                        request.getID(), (kv, keys) -> timeToLive(left, keys, kv.currentRevision()))
                                : CompletableFuture.completedFuture(
                                        timeToLive(left, List.of(), store.ask(MvccStore::currentRevision)));
                    default ->
                        CompletableFuture.completedFuture(LeaseTimeToLiveResponse.newBuilder()
                                .setHeader(headers.at(store.ask(MvccStore::currentRevision)))
                                .setID(request.getID())
                                .setTTL(NO_SUCH_LEASE_TTL)
                                .build());
                });
    }

    private LeaseTimeToLiveResponse timeToLive(Answer.Left left, List<Bytes> keys, long revision) {
        LeaseTimeToLiveResponse.Builder response = LeaseTimeToLiveResponse.newBuilder()
                .setHeader(headers.at(revision))
                .setID(left.lease().id())
                .setTTL(left.remaining().toSeconds())
                .setGrantedTTL(left.lease().ttlSeconds());
        keys.forEach(key -> response.addKeys(UnsafeByteOperations.unsafeWrap(key.toByteArray())));
        return response.build();
    }

    /** What this member has, as in etcd; the order is that of the ids. */
    @Override
    public void leaseLeases(LeaseLeasesRequest request, StreamObserver<LeaseLeasesResponse> call) {
        Answers.send(call, () -> clients.current().read(true, AccessCheck::user, this::all), response -> response);
    }

    private LeaseLeasesResponse all(MvccStore kv) {
        LeaseLeasesResponse.Builder response =
                LeaseLeasesResponse.newBuilder().setHeader(headers.at(kv.currentRevision()));
        for (Lease lease : kv.leases()) {
            response.addLeases(LeaseStatus.newBuilder().setID(lease.id()));
        }
        return response.build();
    }
}
