package io.quorate.server.api;

import io.grpc.stub.StreamObserver;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.kv.AccessCheck;
import io.quorate.kv.MvccStore;
import io.quorate.kv.PublishedMember;
import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.MemberListResponse;
import io.quorate.server.store.ReplicatedStore;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** etcd's service {@code Cluster}: who the members are. Thread-safe. */
public final class ClusterService extends ClusterGrpc.ClusterImplBase {

    private final Clients clients;
    private final ReplicatedStore store;
    private final Headers headers;
    private final Map<MemberId, List<URI>> peerUrls;

    public ClusterService(Clients clients, ReplicatedStore store, Headers headers, Map<MemberId, List<URI>> peerUrls) {
        this.clients = clients;
        this.store = store;
        this.headers = headers;
        this.peerUrls = Map.copyOf(peerUrls);
    }

    @Override
    public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> call) {
        Answers.send(
                call,
                () -> clients.current().read(!request.getLinearizable(), AccessCheck::user, this::members),
                members -> response(members));
    }

    private MemberListResponse response(List<Member> members) {
        return MemberListResponse.newBuilder()
                .setHeader(headers.withoutRevision())
                .addAllMembers(members)
                .build();
    }

    private List<Member> members(MvccStore kv) {
        Configuration configuration = store.node().status().configuration();
        Map<Long, PublishedMember> published =
                kv.members().stream().collect(Collectors.toMap(PublishedMember::memberId, Function.identity()));
        return configuration.members().stream()
                .map(id -> {
                    Member.Builder member = Member.newBuilder()
                            .setID(id.value())
                            .setIsLearner(configuration.learners().contains(id));
                    peerUrls.getOrDefault(id, List.of()).forEach(url -> member.addPeerURLs(url.toString()));
                    PublishedMember known = published.get(id.value());
                    if (known != null) {
                        member.setName(known.name()).addAllClientURLs(known.clientUrls());
                    }
                    return member.build();
                })
                .toList();
    }
}
