package io.quorate.server;

import static io.quorate.server.EtcdClient.bytes;
import static io.quorate.server.EtcdClient.op;
import static io.quorate.server.EtcdClient.putOf;
import static io.quorate.server.EtcdClient.rangeOf;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.quorate.server.proto.authpb.Permission;
import io.quorate.server.proto.etcdserverpb.AlarmRequest;
import io.quorate.server.proto.etcdserverpb.AlarmType;
import io.quorate.server.proto.etcdserverpb.AuthGrpc;
import io.quorate.server.proto.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserAddRequest;
import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.CompactionRequest;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseGrpc;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.proto.etcdserverpb.WatchGrpc;
import io.quorate.server.proto.etcdserverpb.WatchRequest;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import io.quorate.server.proto.v3electionpb.CampaignRequest;
import io.quorate.server.proto.v3electionpb.ElectionGrpc;
import io.quorate.server.proto.v3electionpb.LeaderKey;
import io.quorate.server.proto.v3electionpb.ProclaimRequest;
import io.quorate.server.proto.v3electionpb.ResignRequest;
import io.quorate.server.proto.v3lockpb.LockGrpc;
import io.quorate.server.proto.v3lockpb.LockRequest;
import io.quorate.server.proto.v3lockpb.UnlockRequest;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Every method that a member serves, and how each is called: none can be forgotten that is added to a service. */
final class EveryMethod {

    private EveryMethod() {}

    /** These answer without a user: how else would one log in, and a probe find out that a member lives? */
    static final Set<String> OPEN = Set.of("etcdserverpb.Auth/Authenticate", "etcdserverpb.Maintenance/Status");

    private static final Map<String, Message> VALID = Map.ofEntries(
            Map.entry("etcdserverpb.KV/Range", rangeOf("app/a").build()),
            Map.entry("etcdserverpb.KV/Put", putOf("app/a", "x").build()),
            Map.entry(
                    "etcdserverpb.KV/DeleteRange",
                    DeleteRangeRequest.newBuilder().setKey(bytes("app/a")).build()),
            Map.entry(
                    "etcdserverpb.KV/Txn",
                    TxnRequest.newBuilder().addSuccess(op(rangeOf("app/a"))).build()),
            Map.entry(
                    "etcdserverpb.KV/Compact",
                    CompactionRequest.newBuilder().setRevision(2).build()),
            Map.entry(
                    "etcdserverpb.Watch/Watch",
                    WatchRequest.newBuilder()
                            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(bytes("app/a")))
                            .build()),
            Map.entry(
                    "etcdserverpb.Maintenance/Alarm",
                    AlarmRequest.newBuilder()
                            .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                            .setAlarm(AlarmType.NOSPACE)
                            .build()),
            Map.entry(
                    "v3lockpb.Lock/Lock",
                    LockRequest.newBuilder().setName(bytes("app/l")).build()),
            Map.entry(
                    "v3lockpb.Lock/Unlock",
                    UnlockRequest.newBuilder().setKey(bytes("app/l")).build()),
            Map.entry(
                    "v3electionpb.Election/Campaign",
                    CampaignRequest.newBuilder().setName(bytes("app/e")).build()),
            Map.entry(
                    "v3electionpb.Election/Proclaim",
                    ProclaimRequest.newBuilder()
                            .setLeader(LeaderKey.newBuilder().setKey(bytes("app/e")))
                            .build()),
            Map.entry(
                    "v3electionpb.Election/Resign",
                    ResignRequest.newBuilder()
                            .setLeader(LeaderKey.newBuilder().setKey(bytes("app/e")))
                            .build()),
            Map.entry(
                    "etcdserverpb.Auth/UserAdd",
                    AuthUserAddRequest.newBuilder().setName("mallory").build()),
            Map.entry(
                    "etcdserverpb.Auth/RoleGrantPermission",
                    AuthRoleGrantPermissionRequest.newBuilder()
                            .setName("app")
                            .setPerm(Permission.getDefaultInstance())
                            .build()));

    /** Those of which the methods are called. */
    static final List<ServiceDescriptor> GUARDED = List.of(
            KVGrpc.getServiceDescriptor(),
            WatchGrpc.getServiceDescriptor(),
            LeaseGrpc.getServiceDescriptor(),
            ClusterGrpc.getServiceDescriptor(),
            MaintenanceGrpc.getServiceDescriptor(),
            AuthGrpc.getServiceDescriptor(),
            LockGrpc.getServiceDescriptor(),
            ElectionGrpc.getServiceDescriptor(),
            ManagerGrpc.getServiceDescriptor());

    /** These tell whether the member lives, and what it serves, and nothing that anybody has stored. */
    static final List<String> OPEN_SERVICES = List.of(
            "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection");

    /** Those of these services that need a user. */
    static Stream<MethodDescriptor<?, ?>> guarded() {
        return GUARDED.stream()
                .map(ServiceDescriptor::getMethods)
                .flatMap(Collection::stream)
                .filter(method -> !OPEN.contains(method.getFullMethodName()));
    }

    /** What the call fails with, or "answered". Any message that is not listed above is a valid request when it is empty. */
    static String outcome(MethodDescriptor<?, ?> method, Channel channel) {
        @SuppressWarnings("unchecked") // It is called with a message of its own type.
        MethodDescriptor<Message, Message> typed = (MethodDescriptor<Message, Message>) method;
        var prototype = (MethodDescriptor.PrototypeMarshaller<Message>) typed.getRequestMarshaller();
        Message request = VALID.getOrDefault(method.getFullMethodName(), prototype.getMessagePrototype());
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(Duration.ofSeconds(30));
        try {
            var answers = ClientCalls.blockingServerStreamingCall(channel, streaming(typed), options, request);
            if (!answers.hasNext()) {
                return "ended";
            }
            // A watch that is refused is answered.
            return answers.next() instanceof WatchResponse watch && watch.getCanceled()
                    ? watch.getCancelReason()
                    : "answered";
        } catch (StatusRuntimeException e) {
            return String.valueOf(e.getStatus().getDescription());
        }
    }

    /** One request is sent, whatever kind of method it is. */
    private static MethodDescriptor<Message, Message> streaming(MethodDescriptor<Message, Message> method) {
        return method.toBuilder()
                .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                .build();
    }
}
