package io.quorate.server.api;

import io.grpc.stub.StreamObserver;
import io.quorate.core.CoreStatus;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.kv.AccessCheck;
import io.quorate.kv.AuditEvent;
import io.quorate.kv.MvccStore;
import io.quorate.kv.PublishedMember;
import io.quorate.server.members.Changed;
import io.quorate.server.members.MemberChange;
import io.quorate.server.members.MemberChanges;
import io.quorate.server.members.NewMemberId;
import io.quorate.server.members.PeerUrls;
import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.etcdserverpb.MemberAddRequest;
import io.quorate.server.proto.etcdserverpb.MemberAddResponse;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.MemberListResponse;
import io.quorate.server.proto.etcdserverpb.MemberPromoteRequest;
import io.quorate.server.proto.etcdserverpb.MemberPromoteResponse;
import io.quorate.server.proto.etcdserverpb.MemberRemoveRequest;
import io.quorate.server.proto.etcdserverpb.MemberRemoveResponse;
import io.quorate.server.proto.etcdserverpb.MemberUpdateRequest;
import io.quorate.server.proto.etcdserverpb.MemberUpdateResponse;
import io.quorate.server.store.ReplicatedStore;
import io.quorate.server.wire.EtcdError;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** etcd's service {@code Cluster}: who the members are, and changes of them. Thread-safe. */
public final class ClusterService extends ClusterGrpc.ClusterImplBase {

    private final Clients clients;
    private final ReplicatedStore store;
    private final Headers headers;
    private final MemberChanges changes;

    public ClusterService(Clients clients, ReplicatedStore store, Headers headers, MemberChanges changes) {
        this.clients = clients;
        this.store = store;
        this.headers = headers;
        this.changes = changes;
    }

    @Override
    public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> call) {
        Answers.send(
                call,
                () -> clients.current()
                        .read(!request.getLinearizable(), AccessCheck::user, MvccStore::members)
                        // What is in force after that: it is not older than what was read.
                        .thenCompose(published ->
                                store.node().inspect().thenApply(status -> members(status.configuration(), published))),
                members -> MemberListResponse.newBuilder()
                        .setHeader(headers.withoutRevision())
                        .addAllMembers(members)
                        .build());
    }

    @Override
    public void memberAdd(MemberAddRequest request, StreamObserver<MemberAddResponse> call) {
        CallingOperation operation = CallingOperation.current();
        Answers.send(
                call,
                () -> asOperator(String.join(", ", request.getPeerURLsList()), () -> {
                    List<String> urls = peerUrls(request.getPeerURLsList());
                    MemberId id = NewMemberId.of(urls, Instant.now());
                    return changes.make(operation.step(new MemberChange.Add(id, urls, request.getIsLearner())))
                            .thenApply(changed -> Map.entry(id, changed));
                }),
                added -> {
                    List<Member> members = members(added.getValue());
                    return MemberAddResponse.newBuilder()
                            .setHeader(headers.withoutRevision())
                            .setMember(members.stream()
                                    .filter(member ->
                                            member.getID() == added.getKey().value())
                                    .findFirst()
                                    .orElseThrow(EtcdError.MEMBER_NOT_FOUND::exception))
                            .addAllMembers(members)
                            .build();
                });
    }

    @Override
    public void memberRemove(MemberRemoveRequest request, StreamObserver<MemberRemoveResponse> call) {
        CallingOperation operation = CallingOperation.current();
        Answers.send(
                call,
                () -> asOperator(
                        Long.toHexString(request.getID()),
                        () -> changes.make(operation.step(new MemberChange.Remove(member(request.getID()))))),
                removed -> MemberRemoveResponse.newBuilder()
                        .setHeader(headers.withoutRevision())
                        .addAllMembers(members(removed))
                        .build());
    }

    @Override
    public void memberUpdate(MemberUpdateRequest request, StreamObserver<MemberUpdateResponse> call) {
        CallingOperation operation = CallingOperation.current();
        Answers.send(
                call,
                () -> asOperator(
                        Long.toHexString(request.getID()) + " to " + String.join(", ", request.getPeerURLsList()),
                        () -> {
                            List<String> urls = peerUrls(request.getPeerURLsList());
                            return changes.make(operation.step(new MemberChange.Update(member(request.getID()), urls)));
                        }),
                updated -> MemberUpdateResponse.newBuilder()
                        .setHeader(headers.withoutRevision())
                        .addAllMembers(members(updated))
                        .build());
    }

    @Override
    public void memberPromote(MemberPromoteRequest request, StreamObserver<MemberPromoteResponse> call) {
        CallingOperation operation = CallingOperation.current();
        Answers.send(
                call,
                () -> asOperator(
                        Long.toHexString(request.getID()),
                        () -> changes.make(operation.step(new MemberChange.Promote(member(request.getID()))))),
                promoted -> MemberPromoteResponse.newBuilder()
                        .setHeader(headers.withoutRevision())
                        .addAllMembers(members(promoted))
                        .build());
    }

    /** Does something to a member that is only for those who look after the cluster, and is on record. */
    private <T> CompletableFuture<T> asOperator(String member, Supplier<CompletableFuture<T>> action) {
        return clients.current().administer(AuditEvent.Kind.MEMBERSHIP, member, AccessCheck::operator, action);
    }

    private static List<String> peerUrls(List<String> given) {
        return PeerUrls.parse(given).orElseThrow(EtcdError.BAD_MEMBER_URLS::exception);
    }

    /** There is no member 0, whatever a client asks for. */
    static MemberId member(long id) {
        if (id == 0) {
            throw EtcdError.MEMBER_NOT_FOUND.exception();
        }
        return new MemberId(id);
    }

    /** The configuration that is in force after this call, for whoever may list the members. */
    CompletableFuture<Configuration> configuration() {
        return clients.current()
                .read(false, AccessCheck::user, MvccStore::members)
                .thenCompose(published -> store.node().inspect().thenApply(CoreStatus::configuration));
    }

    /** The members that a change has led to. */
    List<Member> members(Changed changed) {
        return members(changed.configuration(), store.local().members());
    }

    private static List<Member> members(Configuration configuration, List<PublishedMember> published) {
        Map<Long, PublishedMember> known =
                published.stream().collect(Collectors.toMap(PublishedMember::memberId, Function.identity()));
        return configuration.members().stream()
                .map(id -> member(id, configuration, known))
                .toList();
    }

    private static Member member(MemberId id, Configuration configuration, Map<Long, PublishedMember> known) {
        Member.Builder member = Member.newBuilder()
                .setID(id.value())
                .setIsLearner(configuration.learners().contains(id))
                .setIsWitness(configuration.isWitness(id))
                .addAllPeerURLs(configuration.addresses().getOrDefault(id, List.of()));
        PublishedMember published = known.get(id.value());
        if (published != null) {
            member.setName(published.name()).addAllClientURLs(published.clientUrls());
        }
        return member.build();
    }
}
