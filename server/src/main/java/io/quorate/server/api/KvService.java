package io.quorate.server.api;

import io.grpc.stub.StreamObserver;
import io.quorate.kv.AccessCheck;
import io.quorate.kv.Compact;
import io.quorate.kv.DeleteRange;
import io.quorate.kv.KvError;
import io.quorate.kv.Put;
import io.quorate.kv.Range;
import io.quorate.kv.RequestCheck;
import io.quorate.kv.Result;
import io.quorate.kv.Txn;
import io.quorate.server.proto.etcdserverpb.CompactionRequest;
import io.quorate.server.proto.etcdserverpb.CompactionResponse;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.DeleteRangeResponse;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import io.quorate.server.proto.etcdserverpb.TxnResponse;
import io.quorate.server.store.HistoryCleaner;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** etcd's service {@code KV}: reads, writes, transactions and compactions. Thread-safe. */
public final class KvService extends KVGrpc.KVImplBase {

    private final Clients clients;
    private final HistoryCleaner cleaner;
    private final Responses responses;
    private final int maxTxnOps;

    public KvService(Clients clients, HistoryCleaner cleaner, Headers headers, int maxTxnOps) {
        this.clients = clients;
        this.cleaner = cleaner;
        this.responses = new Responses(headers);
        this.maxTxnOps = maxTxnOps;
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> call) {
        Answers.send(call, () -> read(Requests.range(request)), responses::range);
    }

    private CompletableFuture<Result> read(Range range) {
        requirePassed(RequestCheck.check(range));
        return clients.current().range(range);
    }

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> call) {
        Answers.send(call, () -> write(Requests.put(request)), responses::put);
    }

    private CompletableFuture<Result> write(Put put) {
        requirePassed(RequestCheck.check(put));
        return clients.current().write(put);
    }

    @Override
    public void deleteRange(DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> call) {
        Answers.send(call, () -> delete(Requests.deleteRange(request)), responses::deleteRange);
    }

    private CompletableFuture<Result> delete(DeleteRange delete) {
        requirePassed(RequestCheck.check(delete));
        return clients.current().write(delete);
    }

    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> call) {
        Answers.send(call, () -> decide(Requests.txn(request)), responses::txn);
    }

    private CompletableFuture<Result> decide(Txn txn) {
        requirePassed(RequestCheck.check(txn, maxTxnOps));
        ClientStore store = clients.current();
        return txn.isReadOnly() ? store.read(txn) : store.write(txn);
    }

    @Override
    public void compact(CompactionRequest request, StreamObserver<CompactionResponse> call) {
        Answers.send(
                call, () -> compact(new Compact(request.getRevision(), request.getPhysical())), responses::compaction);
    }

    private CompletableFuture<Result> compact(Compact compact) {
        CompletableFuture<Result> done = clients.current().administer(AccessCheck::user, compact);
        return compact.physical() ? done.thenCompose(this::whenRemoved) : done;
    }

    private CompletableFuture<Result> whenRemoved(Result result) {
        return result instanceof Result.CompactResult
                ? cleaner.clean().thenApply(nothing -> result)
                : CompletableFuture.completedFuture(result);
    }

    private static void requirePassed(Optional<KvError> error) {
        if (error.isPresent()) {
            throw Failures.of(error.get());
        }
    }
}
