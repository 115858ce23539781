package io.quorate.cli.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.quorate.server.proto.authpb.Permission;
import io.quorate.server.proto.etcdserverpb.AlarmMember;
import io.quorate.server.proto.etcdserverpb.AlarmRequest;
import io.quorate.server.proto.etcdserverpb.AlarmResponse;
import io.quorate.server.proto.etcdserverpb.AuthEnableRequest;
import io.quorate.server.proto.etcdserverpb.AuthGrpc;
import io.quorate.server.proto.etcdserverpb.AuthRoleAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleDeleteRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleGetRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleGetResponse;
import io.quorate.server.proto.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleListRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleRevokePermissionRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserChangePasswordRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserDeleteRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserGetRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserGrantRoleRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserListRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserRevokeRoleRequest;
import io.quorate.server.proto.etcdserverpb.AuthenticateRequest;
import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.CompactionRequest;
import io.quorate.server.proto.etcdserverpb.DefragmentRequest;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.HashKVRequest;
import io.quorate.server.proto.etcdserverpb.HashKVResponse;
import io.quorate.server.proto.etcdserverpb.HashRequest;
import io.quorate.server.proto.etcdserverpb.HashResponse;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseLeasesRequest;
import io.quorate.server.proto.etcdserverpb.LeaseLeasesResponse;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseStatus;
import io.quorate.server.proto.etcdserverpb.LeaseTimeToLiveRequest;
import io.quorate.server.proto.etcdserverpb.LeaseTimeToLiveResponse;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.MemberListResponse;
import io.quorate.server.proto.etcdserverpb.MoveLeaderRequest;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.ResponseHeader;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.proto.etcdserverpb.StatusResponse;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.proto.etcdserverpb.WatchGrpc;
import io.quorate.server.proto.etcdserverpb.WatchRequest;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import io.quorate.server.proto.mvccpb.Event;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What one server answers, in a form in which the answers of two can be compared. For one thread. */
final class Answers implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;
    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    private final ManagedChannel channel;
    private final Map<String, String> tokens = new HashMap<>();
    private final LinkedBlockingQueue<List<Event>> events = new LinkedBlockingQueue<>();
    private final StreamObserver<WatchRequest> watch;
    private Channel asking;

    /**
     * An answer.
     *
     * @param text everything but what names the cluster, the member, or its term
     * @param revision of its header; 0 if it has none
     */
    record Answer(String text, long revision) {}

    /** @param endpoint {@code host:port} */
    Answers(String endpoint) {
        this.channel = NettyChannelBuilder.forTarget(endpoint)
                .usePlaintext()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
        this.asking = channel;
        this.watch = watchAll();
    }

    /** Watches every key, with the pairs before. */
    private StreamObserver<WatchRequest> watchAll() {
        StreamObserver<WatchRequest> requests = WatchGrpc.newStub(channel)
                .withWaitForReady()
                .watch(new StreamObserver<>() {
                    @Override
                    public void onNext(WatchResponse response) {
                        if (response.getEventsCount() > 0) {
                            events.add(response.getEventsList());
                        }
                    }

                    @Override
                    public void onError(Throwable failure) {
                        // Whoever waits for events is told that there are none.
                    }

                    @Override
                    public void onCompleted() {
                        // As above.
                    }
                });
        requests.onNext(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder()
                        .setKey(ByteString.copyFrom(new byte[1]))
                        .setRangeEnd(ByteString.copyFrom(new byte[1]))
                        .setStartRevision(1)
                        .setPrevKv(true))
                .build());
        return requests;
    }

    /** What the watch was told since the last call, up to a revision at which something was changed. */
    List<String> events(long revision) throws InterruptedException {
        List<String> told = new ArrayList<>();
        long seen = 0;
        while (seen < revision) {
            List<Event> response = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (response == null) {
                told.add("and then nothing for " + PATIENCE_SECONDS + " s");
                return told;
            }
            response.forEach(event -> told.add(text(event)));
            // All events of a revision come in one response.
            seen = response.getLast().getKv().getModRevision();
        }
        return told;
    }

    /** Logs a user in; whether that was done. */
    boolean logIn(String user, String password) {
        try {
            tokens.put(
                    user,
                    AuthGrpc.newBlockingStub(channel)
                            .withWaitForReady()
                            .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                            .authenticate(AuthenticateRequest.newBuilder()
                                    .setName(user)
                                    .setPassword(password)
                                    .build())
                            .getToken());
            return true;
        } catch (StatusRuntimeException e) {
            return false;
        }
    }

    /** From now on a user asks that was logged in before; whoever was not is nobody. */
    Answers as(String user) {
        Metadata metadata = new Metadata();
        if (tokens.containsKey(user)) {
            metadata.put(TOKEN, tokens.get(user));
        }
        asking = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
        return this;
    }

    Answer ask(Message request) {
        try {
            Message answer = comparable(send(request));
            return new Answer(text(answer), header(answer).getRevision());
        } catch (StatusRuntimeException e) {
            return new Answer(e.getStatus().getCode() + ": " + e.getStatus().getDescription(), 0);
        }
    }

    private Message send(Message request) {
        KVGrpc.KVBlockingStub kv =
                KVGrpc.newBlockingStub(asking).withWaitForReady().withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
        LeaseGrpc.LeaseBlockingStub lease = LeaseGrpc.newBlockingStub(asking)
                .withWaitForReady()
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return switch (request) {
            case PutRequest put -> kv.put(put);
            case RangeRequest range -> kv.range(range);
            case DeleteRangeRequest delete -> kv.deleteRange(delete);
            case TxnRequest txn -> kv.txn(txn);
            case CompactionRequest compaction -> kv.compact(compaction);
            case LeaseGrantRequest grant -> lease.leaseGrant(grant);
            case LeaseRevokeRequest revoke -> lease.leaseRevoke(revoke);
            case LeaseTimeToLiveRequest timeToLive -> lease.leaseTimeToLive(timeToLive);
            case LeaseLeasesRequest leases -> lease.leaseLeases(leases);
            default -> sendMaintenance(request);
        };
    }

    private Message sendMaintenance(Message request) {
        MaintenanceGrpc.MaintenanceBlockingStub maintenance = MaintenanceGrpc.newBlockingStub(asking)
                .withWaitForReady()
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return switch (request) {
            case StatusRequest status -> maintenance.status(status);
            case AlarmRequest alarm -> maintenance.alarm(alarm);
            case HashRequest hash -> maintenance.hash(hash);
            case HashKVRequest hash -> maintenance.hashKV(hash);
            case DefragmentRequest defragment -> maintenance.defragment(defragment);
            case MoveLeaderRequest move -> maintenance.moveLeader(move);
            case MemberListRequest list ->
                ClusterGrpc.newBlockingStub(asking)
                        .withWaitForReady()
                        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .memberList(list);
            default -> sendAuth(request);
        };
    }

    /** The member's own account of itself. */
    StatusResponse status() {
        return (StatusResponse) send(StatusRequest.getDefaultInstance());
    }

    private Message sendAuth(Message request) {
        AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(asking)
                .withWaitForReady()
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return switch (request) {
            case AuthEnableRequest enable -> auth.authEnable(enable);
            case AuthUserAddRequest add -> auth.userAdd(add);
            case AuthUserDeleteRequest delete -> auth.userDelete(delete);
            case AuthUserGetRequest get -> auth.userGet(get);
            case AuthUserListRequest list -> auth.userList(list);
            case AuthUserChangePasswordRequest change -> auth.userChangePassword(change);
            case AuthUserGrantRoleRequest grant -> auth.userGrantRole(grant);
            case AuthUserRevokeRoleRequest revoke -> auth.userRevokeRole(revoke);
            case AuthRoleAddRequest add -> auth.roleAdd(add);
            case AuthRoleDeleteRequest delete -> auth.roleDelete(delete);
            case AuthRoleGetRequest get -> auth.roleGet(get);
            case AuthRoleListRequest list -> auth.roleList(list);
            case AuthRoleGrantPermissionRequest grant -> auth.roleGrantPermission(grant);
            case AuthRoleRevokePermissionRequest revoke -> auth.roleRevokePermission(revoke);
            default -> throw new IllegalArgumentException("nobody answers " + request.getClass());
        };
    }

    private static Message comparable(Message answer) {
        Message.Builder comparable = answer.toBuilder();
        FieldDescriptor header = answer.getDescriptorForType().findFieldByName("header");
        comparable.setField(
                header,
                ResponseHeader.newBuilder()
                        .setRevision(header(answer).getRevision())
                        .build());
        return switch (comparable.build()) {
            // Time passes between the two; and etcd lists the keys in no order.
            case LeaseTimeToLiveResponse left ->
                left.toBuilder()
                        .setTTL(Math.min(left.getTTL(), 1))
                        .clearKeys()
                        .addAllKeys(left.getKeysList().stream()
                                .sorted(ByteString.unsignedLexicographicalComparator())
                                .toList())
                        .build();
            // etcd lists them in the order of their ends.
            case LeaseLeasesResponse leases ->
                leases.toBuilder()
                        .clearLeases()
                        .addAllLeases(leases.getLeasesList().stream()
                                .sorted(Comparator.comparingLong(LeaseStatus::getID))
                                .toList())
                        .build();
            // etcd 3.4 forgets the header there, and leaves open which type comes first.
            case AlarmResponse alarms ->
                AlarmResponse.newBuilder()
                        .addAllAlarms(alarms.getAlarmsList().stream()
                                .sorted(Comparator.comparing(AlarmMember::toString))
                                .toList())
                        .build();
            // The hash is of what each store holds in its own form.
            case HashResponse hash -> hash.toBuilder().clearHash().build();
            // 3.4 does not say at which revision.
            case HashKVResponse hash ->
                hash.toBuilder().clearHash().clearHashRevision().build();
            case StatusResponse status -> comparable(status);
            // Ports, and ids that are made of them.
            case MemberListResponse list ->
                list.toBuilder()
                        .clearMembers()
                        .addAllMembers(list.getMembersList().stream()
                                .sorted(Comparator.comparing(Member::getName))
                                .map(Answers::comparable)
                                .toList())
                        .build();
            // Of permissions with one key, etcd leaves open which comes first.
            case AuthRoleGetResponse role ->
                role.toBuilder()
                        .clearPerm()
                        .addAllPerm(role.getPermList().stream()
                                .sorted(Comparator.comparing(Permission::toString))
                                .toList())
                        .build();
            case Message other -> other;
        };
    }

    /** Without what is a measure, and what 3.4 does not know; of the leader only whether there is one. */
    private static StatusResponse comparable(StatusResponse status) {
        return status.toBuilder()
                .clearDbSize()
                .clearDbSizeInUse()
                .clearRaftIndex()
                .clearRaftTerm()
                .clearRaftAppliedIndex()
                .clearDbSizeQuota()
                .clearDowngradeInfo()
                .clearErrors()
                .addAllErrors(status.getErrorsList().stream().sorted().toList())
                .setLeader(status.getLeader() == 0 ? 0 : 1)
                .build();
    }

    private static Member comparable(Member member) {
        return Member.newBuilder()
                .setName(member.getName())
                .setIsLearner(member.getIsLearner())
                .addAllPeerURLs(member.getPeerURLsList().stream()
                        .map(url -> url.replaceAll(":\\d+$", ""))
                        .toList())
                .addAllClientURLs(member.getClientURLsList().stream()
                        .map(url -> url.replaceAll(":\\d+$", ""))
                        .toList())
                .build();
    }

    private static ResponseHeader header(Message answer) {
        return (ResponseHeader) answer.getField(answer.getDescriptorForType().findFieldByName("header"));
    }

    static String text(Message message) {
        return TextFormat.printer().emittingSingleLine(true).printToString(message);
    }

    @Override
    public void close() {
        watch.onCompleted();
        channel.shutdownNow();
    }
}
