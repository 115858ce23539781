package io.quorate.server.api;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quorate.core.CoreStatus;
import io.quorate.core.quorum.MemberId;
import io.quorate.kv.AccessCheck;
import io.quorate.kv.Alarm;
import io.quorate.kv.AlarmChange;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.server.members.MemberChanges;
import io.quorate.server.proto.etcdserverpb.AlarmMember;
import io.quorate.server.proto.etcdserverpb.AlarmRequest;
import io.quorate.server.proto.etcdserverpb.AlarmResponse;
import io.quorate.server.proto.etcdserverpb.AlarmType;
import io.quorate.server.proto.etcdserverpb.DefragmentRequest;
import io.quorate.server.proto.etcdserverpb.DefragmentResponse;
import io.quorate.server.proto.etcdserverpb.DowngradeInfo;
import io.quorate.server.proto.etcdserverpb.DowngradeRequest;
import io.quorate.server.proto.etcdserverpb.DowngradeResponse;
import io.quorate.server.proto.etcdserverpb.HashKVRequest;
import io.quorate.server.proto.etcdserverpb.HashKVResponse;
import io.quorate.server.proto.etcdserverpb.HashRequest;
import io.quorate.server.proto.etcdserverpb.HashResponse;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.etcdserverpb.MoveLeaderRequest;
import io.quorate.server.proto.etcdserverpb.MoveLeaderResponse;
import io.quorate.server.proto.etcdserverpb.SnapshotRequest;
import io.quorate.server.proto.etcdserverpb.SnapshotResponse;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.proto.etcdserverpb.StatusResponse;
import io.quorate.server.store.Defragmenter;
import io.quorate.server.store.ReplicatedStore;
import io.quorate.server.wire.EtcdError;
import io.quorate.server.wire.HttpPages;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** etcd's service {@code Maintenance}: a member's state, alarms, and checksums of the store. Thread-safe. */
public final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {

    private final Clients clients;
    private final ReplicatedStore store;
    private final Headers headers;
    private final HashCalls hashes;
    private final Defragmenter defragmenter;
    private final SnapshotStreams snapshots;
    private final MemberChanges changes;

    public MaintenanceService(
            Clients clients,
            ReplicatedStore store,
            Headers headers,
            HashCalls hashes,
            Defragmenter defragmenter,
            SnapshotStreams snapshots,
            MemberChanges changes) {
        this.defragmenter = defragmenter;
        this.clients = clients;
        this.store = store;
        this.headers = headers;
        this.hashes = hashes;
        this.snapshots = snapshots;
        this.changes = changes;
    }

    /** Answered without a leader, and after the node has failed, since it is asked for just then. */
    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> call) {
        Answers.send(
                call,
                () -> store.node()
                        .inspect()
                        .exceptionally(stopped -> store.node().status())
                        .thenCompose(status -> store.inspect(true, kv -> status(status, kv))),
                response -> response);
    }

    private StatusResponse status(CoreStatus status, MvccStore kv) {
        long sizeInUseBytes = kv.sizeInUseBytes();
        StatusResponse.Builder response = StatusResponse.newBuilder()
                .setHeader(headers.at(kv.currentRevision()))
                .setVersion(HttpPages.ETCD_VERSION)
                .setDbSize(Math.max(kv.sizeBytes(), sizeInUseBytes))
                .setDbSizeInUse(sizeInUseBytes)
                .setLeader(status.leader().map(MemberId::value).orElse(0L))
                .setRaftIndex(status.commitIndex())
                .setRaftTerm(status.term())
                .setRaftAppliedIndex(status.appliedIndex())
                .setDbSizeQuota(Math.max(0, store.quotaBytes()))
                .setDowngradeInfo(DowngradeInfo.getDefaultInstance())
                .setIsLearner(status.configuration().learners().contains(status.self()));
        if (status.leader().isEmpty()) {
            response.addErrors(EtcdError.NO_LEADER.message());
        }
        for (Alarm alarm : kv.alarms()) {
            response.addErrors("memberID:" + Long.toUnsignedString(alarm.memberId()) + " alarm:" + alarm.type() + " ");
        }
        return response.build();
    }

    @Override
    public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> call) {
        Answers.send(
                call,
                () -> switch (request.getAction()) {
                    case GET ->
                        clients.current()
                                .requireNow(AccessCheck::user)
                                .thenCompose(allowed -> store.inspect(false, kv -> active(request.getAlarm(), kv)));
                    case ACTIVATE -> change(AlarmChange.Action.ACTIVATE, request);
                    case DEACTIVATE -> change(AlarmChange.Action.DEACTIVATE, request);
                    case UNRECOGNIZED -> asOperator(() -> CompletableFuture.completedFuture(response(0, List.of())));
                },
                response -> response);
    }

    private AlarmResponse active(AlarmType asked, MvccStore kv) {
        List<Alarm> alarms = kv.alarms().stream()
                .filter(alarm -> asked == AlarmType.NONE || type(alarm) == asked)
                .toList();
        return response(kv.currentRevision(), alarms);
    }

    private CompletableFuture<AlarmResponse> change(AlarmChange.Action action, AlarmRequest request) {
        Alarm.Type type;
        switch (request.getAlarm()) {
            case NOSPACE -> type = Alarm.Type.NOSPACE;
            case CORRUPT -> type = Alarm.Type.CORRUPT;
            case NONE, UNRECOGNIZED -> {
                // No alarm of this type is ever active, so there is nothing to change.
                return asOperator(() ->
                        CompletableFuture.completedFuture(response(store.local().currentRevision(), List.of())));
            }
            default -> throw new IllegalStateException("unknown alarm " + request.getAlarm());
        }
        AlarmChange change = new AlarmChange(action, new Alarm(request.getMemberID(), type));
        return clients.current().administer(AccessCheck::operator, change).thenApply(result -> switch (result) {
            case Result.AlarmResult changed -> response(changed.revision(), changed.alarms());
            default -> throw Failures.unexpected(result);
        });
    }

    private AlarmResponse response(long revision, List<Alarm> alarms) {
        AlarmResponse.Builder response = AlarmResponse.newBuilder().setHeader(headers.at(revision));
        for (Alarm alarm : alarms) {
            response.addAlarms(
                    AlarmMember.newBuilder().setMemberID(alarm.memberId()).setAlarm(type(alarm)));
        }
        return response.build();
    }

    private static AlarmType type(Alarm alarm) {
        return switch (alarm.type()) {
            case NOSPACE -> AlarmType.NOSPACE;
            case CORRUPT -> AlarmType.CORRUPT;
        };
    }

    /** Only the leader can; a client that asks another member is told which error to look elsewhere upon. */
    @Override
    public void moveLeader(MoveLeaderRequest request, StreamObserver<MoveLeaderResponse> call) {
        CallingOperation operation = CallingOperation.current();
        // As in etcd, there is no header.
        Answers.send(
                call,
                () -> onRecord(
                        "to " + Long.toHexString(request.getTargetID()),
                        () -> moveLeader(request.getTargetID(), operation)),
                moved -> MoveLeaderResponse.getDefaultInstance());
    }

    /** Does something that is only for those who look after the cluster. */
    private <T> CompletableFuture<T> asOperator(Supplier<CompletableFuture<T>> action) {
        return clients.current().requireNow(AccessCheck::operator).thenCompose(allowed -> action.get());
    }

    /** As {@link #asOperator}, and puts on record what came of it. */
    private <T> CompletableFuture<T> onRecord(String object, Supplier<CompletableFuture<T>> action) {
        return clients.current().administerNow(object, AccessCheck::operator, action);
    }

    /** Of this member alone; clients are served meanwhile. */
    @Override
    public void defragment(DefragmentRequest request, StreamObserver<DefragmentResponse> call) {
        // As in etcd, there is no header.
        Answers.send(call, () -> onRecord("store", defragmenter::defragment), MaintenanceService::defragmented);
    }

    private static DefragmentResponse defragmented(boolean done) {
        if (!done) {
            throw Status.UNAVAILABLE
                    .withDescription("etcdserver: the store was replaced or closed while it was defragmented")
                    .asRuntimeException();
        }
        return DefragmentResponse.getDefaultInstance();
    }

    @Override
    public void downgrade(DowngradeRequest request, StreamObserver<DowngradeResponse> call) {
        Answers.<Void, DowngradeResponse>send(
                call,
                () -> asOperator(() -> CompletableFuture.failedFuture(Downgrades.refusal(request))),
                nothing -> DowngradeResponse.getDefaultInstance());
    }

    private CompletableFuture<Void> moveLeader(long targetId, CallingOperation operation) {
        CoreStatus status = store.node().status();
        MemberId self = store.node().self();
        if (!status.leader().equals(Optional.of(self))) {
            throw EtcdError.NOT_LEADER.exception();
        }
        if (targetId == self.value()) {
            return CompletableFuture.completedFuture(null);
        }
        MemberId target = status.configuration().voters().stream()
                .filter(voter -> voter.value() == targetId)
                .findFirst()
                .orElseThrow(EtcdError.BAD_LEADER_TRANSFEREE::exception);
        return operation
                .number()
                .map(number -> changes.handOver(number, target))
                .orElseGet(() -> store.node().transferLeadership(target));
    }

    @Override
    public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> call) {
        snapshots.send(
                (ServerCallStreamObserver<SnapshotResponse>) call,
                clients.current().requireForCopy(AccessCheck::root));
    }

    @Override
    public void hash(HashRequest request, StreamObserver<HashResponse> call) {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        Answers.sendUnlessGone(
                call,
                gone,
                () -> asOperator(() -> hashes.ask(gone, () -> store.local().hash())),
                hash -> HashResponse.newBuilder()
                        .setHeader(headers.at(store.local().currentRevision()))
                        .setHash((int) (long) hash)
                        .build());
    }

    @Override
    public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> call) {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        Answers.sendUnlessGone(
                call,
                gone,
                () -> asOperator(() -> hashes.ask(gone, () -> store.local().hashKv(request.getRevision()))),
                this::hashKv);
    }

    private HashKVResponse hashKv(Result result) {
        return switch (result) {
            case Result.HashResult hash ->
                HashKVResponse.newBuilder()
                        .setHeader(headers.at(store.local().currentRevision()))
                        .setHash((int) hash.hash())
                        .setCompactRevision(hash.compactedRevision())
                        .setHashRevision(hash.revision())
                        .build();
            default -> throw Failures.unexpected(result);
        };
    }
}
