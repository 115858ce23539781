package io.quorate.server.api;

import io.grpc.stub.StreamObserver;
import io.quorate.kv.Bytes;
import io.quorate.kv.DeleteRange;
import io.quorate.kv.RequestCheck;
import io.quorate.kv.Result;
import io.quorate.server.api.WaitingLine.Place;
import io.quorate.server.proto.v3lockpb.LockGrpc;
import io.quorate.server.proto.v3lockpb.LockRequest;
import io.quorate.server.proto.v3lockpb.LockResponse;
import io.quorate.server.proto.v3lockpb.UnlockRequest;
import io.quorate.server.proto.v3lockpb.UnlockResponse;
import io.quorate.server.store.WatchDelivery;
import java.util.concurrent.CompletableFuture;

/** etcd's service {@code Lock} (v3lockpb): a name that one at a time may have. Thread-safe. */
public final class LockService extends LockGrpc.LockImplBase {

    private final Clients clients;
    private final WatchDelivery delivery;
    private final Headers headers;

    public LockService(Clients clients, WatchDelivery delivery, Headers headers) {
        this.clients = clients;
        this.delivery = delivery;
        this.headers = headers;
    }

    @Override
    public void lock(LockRequest request, StreamObserver<LockResponse> call) {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        Answers.sendUnlessGone(call, gone, () -> lock(request, gone), response -> response);
    }

    private CompletableFuture<LockResponse> lock(LockRequest request, CompletableFuture<Void> gone) {
        WaitingLine line = new WaitingLine(clients.current(), delivery);
        Bytes prefix = WaitingLine.prefix(Requests.bytes(request.getName()));
        return line.join(prefix, request.getLease(), Bytes.empty())
                .thenCompose(place -> line.turn(prefix, place, gone)
                        .thenApply(revision -> response(place, revision))
                        .exceptionallyCompose(failure -> line.leaveAfter(failure, place)));
    }

    private LockResponse response(Place place, long revision) {
        return LockResponse.newBuilder()
                .setHeader(headers.at(revision))
                .setKey(Responses.string(place.key()))
                .build();
    }

    @Override
    public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> call) {
        Answers.send(call, () -> unlock(DeleteRange.of(Requests.bytes(request.getKey()))), this::unlocked);
    }

    private CompletableFuture<Result> unlock(DeleteRange delete) {
        RequestCheck.check(delete).ifPresent(error -> {
            throw Failures.of(error);
        });
        return clients.current().write(delete);
    }

    private UnlockResponse unlocked(Result result) {
        return switch (result) {
            case Result.DeleteRangeResult deleted ->
                UnlockResponse.newBuilder()
                        .setHeader(headers.at(deleted.revision()))
                        .build();
            default -> throw Failures.unexpected(result);
        };
    }
}
