package io.quorate.server.api;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.quorate.core.quorum.MemberId;
import io.quorate.kv.AccessCheck;
import io.quorate.kv.AuditEvent;
import io.quorate.kv.Bytes;
import io.quorate.kv.ManagedOperation;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.server.members.Changed;
import io.quorate.server.members.MemberChange;
import io.quorate.server.members.MemberChanges;
import io.quorate.server.members.NewMemberId;
import io.quorate.server.members.PeerUrls;
import io.quorate.server.operations.Proof;
import io.quorate.server.proto.managerpb.ChangeAuditSettingsRequest;
import io.quorate.server.proto.managerpb.ChangeAuditSettingsResponse;
import io.quorate.server.proto.managerpb.ChangeMembersRequest;
import io.quorate.server.proto.managerpb.ChangeMembersResponse;
import io.quorate.server.proto.managerpb.CompareStatesRequest;
import io.quorate.server.proto.managerpb.CompareStatesResponse;
import io.quorate.server.proto.managerpb.DescribeMembersRequest;
import io.quorate.server.proto.managerpb.DescribeMembersResponse;
import io.quorate.server.proto.managerpb.DescribedMember;
import io.quorate.server.proto.managerpb.GetAuditSettingsRequest;
import io.quorate.server.proto.managerpb.GetAuditSettingsResponse;
import io.quorate.server.proto.managerpb.ListAuditRequest;
import io.quorate.server.proto.managerpb.ListAuditResponse;
import io.quorate.server.proto.managerpb.ListOperationsRequest;
import io.quorate.server.proto.managerpb.ListOperationsResponse;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import io.quorate.server.proto.managerpb.NoteOperationRequest;
import io.quorate.server.proto.managerpb.NoteOperationResponse;
import io.quorate.server.proto.managerpb.Operation;
import io.quorate.server.proto.managerpb.OperationReport;
import io.quorate.server.store.StateComparison;
import io.quorate.server.wire.EtcdError;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Our own service {@code Manager}: what operations on the cluster as a whole need beside etcd's API. Thread-safe. */
public final class ManagerService extends ManagerGrpc.ManagerImplBase {

    private final Clients clients;
    private final Headers headers;
    private final MemberChanges changes;
    private final ClusterService members;
    private final StateComparison comparison;
    private final AuditCalls audit;

    /** @param members lists the members as its own answers do */
    public ManagerService(
            Clients clients,
            Headers headers,
            MemberChanges changes,
            ClusterService members,
            StateComparison comparison) {
        this.clients = clients;
        this.headers = headers;
        this.changes = changes;
        this.members = members;
        this.comparison = comparison;
        this.audit = new AuditCalls(clients, headers);
    }

    @Override
    public void noteOperation(NoteOperationRequest request, StreamObserver<NoteOperationResponse> call) {
        Answers.send(
                call,
                () -> clients.current().administer(AccessCheck::operator, note(request)),
                result -> switch (result) {
                    case Result.OperationResult noted ->
                        NoteOperationResponse.newBuilder()
                                .setHeader(headers.at(noted.revision()))
                                .setOperation(operation(noted.operation()))
                                .setAccepted(noted.accepted())
                                .build();
                    default -> throw Failures.unexpected(result);
                });
    }

    private static io.quorate.kv.NoteOperation note(NoteOperationRequest request) {
        ManagedOperation.State state = state(request);
        Bytes report = Bytes.wrap(request.getReport().toByteArray());
        long nowMillis = System.currentTimeMillis();
        return request.getId() == 0 && state != ManagedOperation.State.RUNNING
                ? io.quorate.kv.NoteOperation.past(
                        state, nowMillis, Math.max(0, request.getTookMillis()), request.getAside(), report)
                : new io.quorate.kv.NoteOperation(request.getId(), state, nowMillis, request.getForce(), report);
    }

    private static ManagedOperation.State state(NoteOperationRequest request) {
        if (request.getId() == 0 && request.getState() == Operation.State.BROKEN_OFF) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("etcdserver: an operation that begins cannot have been broken off")
                    .asRuntimeException();
        }
        return switch (request.getState()) {
            case RUNNING -> ManagedOperation.State.RUNNING;
            case DONE -> ManagedOperation.State.DONE;
            case FAILED -> ManagedOperation.State.FAILED;
            case BROKEN_OFF -> ManagedOperation.State.BROKEN_OFF;
            case UNRECOGNIZED ->
                throw Status.INVALID_ARGUMENT
                        .withDescription("etcdserver: an operation cannot be in a state that is not known")
                        .asRuntimeException();
        };
    }

    @Override
    public void listOperations(ListOperationsRequest request, StreamObserver<ListOperationsResponse> call) {
        Answers.send(
                call,
                () -> clients.current().read(false, AccessCheck::operator, MvccStore::operations),
                operations -> ListOperationsResponse.newBuilder()
                        .setHeader(headers.withoutRevision())
                        .addAllOperations(operations.stream()
                                .map(ManagerService::operation)
                                .toList())
                        .build());
    }

    private static Operation operation(ManagedOperation operation) {
        Operation.Builder told = Operation.newBuilder()
                .setId(operation.id())
                .setBeganMillis(operation.beganMillis())
                .setToldMillis(operation.toldMillis())
                .setAside(operation.aside())
                .setState(
                        switch (operation.state()) {
                            case RUNNING -> Operation.State.RUNNING;
                            case DONE -> Operation.State.DONE;
                            case FAILED -> Operation.State.FAILED;
                            case BROKEN_OFF -> Operation.State.BROKEN_OFF;
                        });
        try {
            told.setReport(OperationReport.parseFrom(operation.report().toByteArray()));
        } catch (InvalidProtocolBufferException e) {
            // A later release may have written it; that there was an operation is worth telling all the same.
            told.setReport(OperationReport.newBuilder().setTitle("(its report cannot be read by this release)"));
        }
        return told.build();
    }

    @Override
    public void compareStates(CompareStatesRequest request, StreamObserver<CompareStatesResponse> call) {
        Answers.send(
                call,
                () -> asOperator(() -> comparison.compare(waitOf(request))),
                compared -> Proof.response(compared).toBuilder()
                        .setHeader(headers.withoutRevision())
                        .build());
    }

    @Override
    public void describeMembers(DescribeMembersRequest request, StreamObserver<DescribeMembersResponse> call) {
        Answers.send(
                call,
                members::configuration,
                configuration -> DescribeMembersResponse.newBuilder()
                        .setHeader(headers.withoutRevision())
                        .addAllMembers(configuration.members().stream()
                                .map(member -> DescribedMember.newBuilder()
                                        .setId(member.value())
                                        .setPriority(configuration.priority(member))
                                        .build())
                                .toList())
                        .build());
    }

    @Override
    public void listAudit(ListAuditRequest request, StreamObserver<ListAuditResponse> call) {
        audit.list(request, call);
    }

    @Override
    public void getAuditSettings(GetAuditSettingsRequest request, StreamObserver<GetAuditSettingsResponse> call) {
        audit.settings(call);
    }

    @Override
    public void changeAuditSettings(
            ChangeAuditSettingsRequest request, StreamObserver<ChangeAuditSettingsResponse> call) {
        audit.change(request, call);
    }

    private static Duration waitOf(CompareStatesRequest request) {
        return request.getWaitMillis() > 0 ? Duration.ofMillis(request.getWaitMillis()) : Duration.ofDays(1);
    }

    @Override
    public void changeMembers(ChangeMembersRequest request, StreamObserver<ChangeMembersResponse> call) {
        CallingOperation operation = CallingOperation.current();
        Answers.send(
                call,
                () -> clients.current()
                        .administer(
                                AuditEvent.Kind.MEMBERSHIP,
                                summary(request),
                                AccessCheck::operator,
                                () -> changes.make(operation.step(together(request)))),
                this::changed);
    }

    private static String summary(ChangeMembersRequest request) {
        List<String> parts = new ArrayList<>();
        request.getRemoveList().forEach(id -> parts.add("remove " + Long.toHexString(id)));
        request.getPromoteList().forEach(id -> parts.add("promote " + Long.toHexString(id)));
        request.getAddList().forEach(added -> parts.add("add " + String.join(" ", added.getPeerUrlsList())));
        request.getUpdateList().forEach(moved -> parts.add("move " + Long.toHexString(moved.getId())));
        request.getPreferList().forEach(preferred -> parts.add("prefer " + Long.toHexString(preferred.getId())));
        return parts.isEmpty() ? "nothing" : String.join(", ", parts);
    }

    private ChangeMembersResponse changed(Changed changed) {
        return ChangeMembersResponse.newBuilder()
                .setHeader(headers.withoutRevision())
                .addAllMembers(members.members(changed))
                .build();
    }

    private static MemberChange.Together together(ChangeMembersRequest request) {
        List<MemberChange.OfOne> changes = new ArrayList<>();
        request.getRemoveList().forEach(id -> changes.add(new MemberChange.Remove(ClusterService.member(id))));
        request.getPromoteList().forEach(id -> changes.add(new MemberChange.Promote(ClusterService.member(id))));
        request.getAddList().forEach(added -> {
            List<String> urls =
                    PeerUrls.parse(added.getPeerUrlsList()).orElseThrow(EtcdError.BAD_MEMBER_URLS::exception);
            changes.add(new MemberChange.Add(NewMemberId.of(urls, Instant.now()), urls, true, added.getWitness()));
        });
        request.getUpdateList().forEach(moved -> {
            List<String> urls =
                    PeerUrls.parse(moved.getPeerUrlsList()).orElseThrow(EtcdError.BAD_MEMBER_URLS::exception);
            changes.add(new MemberChange.Update(ClusterService.member(moved.getId()), urls));
        });
        request.getPreferList()
                .forEach(preferred -> changes.add(
                        new MemberChange.Prefer(ClusterService.member(preferred.getId()), preferred.getPriority())));
        return new MemberChange.Together(
                members(request.getExpectedVotersList()), members(request.getExpectedLearnersList()), changes);
    }

    private static SortedSet<MemberId> members(List<Long> ids) {
        SortedSet<MemberId> members = new TreeSet<>();
        ids.forEach(id -> members.add(ClusterService.member(id)));
        return members;
    }

    /** Does something that is only for those who look after the cluster. */
    private <T> CompletableFuture<T> asOperator(Supplier<CompletableFuture<T>> action) {
        return clients.current().require(false, AccessCheck::operator).thenCompose(allowed -> action.get());
    }
}
