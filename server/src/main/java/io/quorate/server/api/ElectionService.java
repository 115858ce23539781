package io.quorate.server.api;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quorate.kv.Bytes;
import io.quorate.kv.KeyValue;
import io.quorate.kv.Put;
import io.quorate.kv.Result;
import io.quorate.server.api.WaitingLine.Place;
import io.quorate.server.proto.v3electionpb.CampaignRequest;
import io.quorate.server.proto.v3electionpb.CampaignResponse;
import io.quorate.server.proto.v3electionpb.ElectionGrpc;
import io.quorate.server.proto.v3electionpb.LeaderKey;
import io.quorate.server.proto.v3electionpb.LeaderRequest;
import io.quorate.server.proto.v3electionpb.LeaderResponse;
import io.quorate.server.proto.v3electionpb.ProclaimRequest;
import io.quorate.server.proto.v3electionpb.ProclaimResponse;
import io.quorate.server.proto.v3electionpb.ResignRequest;
import io.quorate.server.proto.v3electionpb.ResignResponse;
import io.quorate.server.store.WatchDelivery;
import java.util.concurrent.CompletableFuture;

/** etcd's service {@code Election} (v3electionpb): one of those who campaign leads, and says something. Thread-safe. */
public final class ElectionService extends ElectionGrpc.ElectionImplBase {

    private final Clients clients;
    private final WatchDelivery delivery;
    private final Headers headers;

    public ElectionService(Clients clients, WatchDelivery delivery, Headers headers) {
        this.clients = clients;
        this.delivery = delivery;
        this.headers = headers;
    }

    /** As the client whose call is under way stands in it. */
    private WaitingLine line() {
        return new WaitingLine(clients.current(), delivery);
    }

    @Override
    public void campaign(CampaignRequest request, StreamObserver<CampaignResponse> call) {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        Answers.sendUnlessGone(call, gone, () -> campaign(request, gone), response -> response);
    }

    private CompletableFuture<CampaignResponse> campaign(CampaignRequest request, CompletableFuture<Void> gone) {
        WaitingLine line = line();
        Bytes name = Requests.bytes(request.getName());
        Bytes value = Requests.bytes(request.getValue());
        Bytes prefix = WaitingLine.prefix(name);
        return line.join(prefix, request.getLease(), value)
                .thenCompose(place -> proclaimAnew(line, place, value)
                        .thenCompose(
                                header -> line.turn(prefix, place, gone).thenApply(turn -> won(request, place, header)))
                        .exceptionallyCompose(failure -> line.leaveAfter(failure, place)));
    }

    /** Whoever campaigns again with the same lease says something else. */
    private CompletableFuture<Long> proclaimAnew(WaitingLine line, Place place, Bytes value) {
        boolean same = place.before().map(KeyValue::value).orElse(value).equals(value);
        return same
                ? CompletableFuture.completedFuture(place.headerRevision())
                : line.change(place.key(), place.createRevision(), put(place.key(), value, place.lease()))
                        .thenApply(revision -> revision.orElseThrow(ElectionService::notLeader));
    }

    private CampaignResponse won(CampaignRequest request, Place place, long revision) {
        return CampaignResponse.newBuilder()
                .setHeader(headers.at(revision))
                .setLeader(LeaderKey.newBuilder()
                        .setName(request.getName())
                        .setKey(Responses.string(place.key()))
                        .setRev(place.createRevision())
                        .setLease(place.lease()))
                .build();
    }

    private static Put put(Bytes key, Bytes value, long lease) {
        return new Put(key, value, lease, false, false, false);
    }

    @Override
    public void proclaim(ProclaimRequest request, StreamObserver<ProclaimResponse> call) {
        Answers.send(
                call,
                () -> proclaim(request),
                revision -> ProclaimResponse.newBuilder()
                        .setHeader(headers.at(revision))
                        .build());
    }

    private CompletableFuture<Long> proclaim(ProclaimRequest request) {
        if (!request.hasLeader()) {
            throw leaderMissing();
        }
        LeaderKey leader = request.getLeader();
        Bytes key = Requests.bytes(leader.getKey());
        return line().change(key, leader.getRev(), put(key, Requests.bytes(request.getValue()), leader.getLease()))
                .thenApply(revision -> revision.orElseThrow(ElectionService::notLeader));
    }

    @Override
    public void resign(ResignRequest request, StreamObserver<ResignResponse> call) {
        Answers.send(
                call,
                () -> resign(request),
                revision -> ResignResponse.newBuilder()
                        .setHeader(headers.at(revision))
                        .build());
    }

    private CompletableFuture<Long> resign(ResignRequest request) {
        if (!request.hasLeader()) {
            throw leaderMissing();
        }
        return line().leave(
                        Requests.bytes(request.getLeader().getKey()),
                        request.getLeader().getRev());
    }

    @Override
    public void leader(LeaderRequest request, StreamObserver<LeaderResponse> call) {
        Answers.send(call, () -> line().first(WaitingLine.prefix(Requests.bytes(request.getName()))), this::leader);
    }

    private LeaderResponse leader(Result.RangeResult first) {
        if (first.kvs().isEmpty()) {
            throw Failures.unknown("election: no leader");
        }
        return LeaderResponse.newBuilder()
                .setHeader(headers.at(first.revision()))
                .setKv(Responses.keyValue(first.kvs().getFirst()))
                .build();
    }

    @Override
    public void observe(LeaderRequest request, StreamObserver<LeaderResponse> call) {
        new ElectionObserver(
                        (ServerCallStreamObserver<LeaderResponse>) call,
                        line(),
                        headers,
                        WaitingLine.prefix(Requests.bytes(request.getName())))
                .begin();
    }

    private static StatusRuntimeException notLeader() {
        return Failures.unknown("election: not leader");
    }

    private static StatusRuntimeException leaderMissing() {
        return Failures.unknown("\"leader\" field must be provided");
    }
}
