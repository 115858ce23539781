package io.quorate.bench.load;

import com.google.protobuf.ByteString;
import io.quorate.server.proto.etcdserverpb.Compare;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import io.quorate.server.proto.etcdserverpb.RequestOp;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import io.quorate.server.proto.etcdserverpb.TxnResponse;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** What the clients of a workload ask for: each gets a source of requests, that one thread at a time draws from. */
final class Clients {

    private final LoadPlan plan;
    private final Keyspace keyspace;
    private final ScrambledZipfian popular;

    Clients(LoadPlan plan, Keyspace keyspace) {
        this.plan = plan;
        this.keyspace = keyspace;
        this.popular = new ScrambledZipfian(keyspace.size());
    }

    /**
     * @param client its number; another one draws other keys
     * @param watched where puts are noted; of {@link Workload#WATCH} alone
     * @param leases where leases are noted that are to be revoked at the end
     */
    Supplier<Step<?, ?>> steps(int client, Optional<WatchPuts> watched, LeaseCycle.Held leases) {
        SplittableRandom random = new SplittableRandom(client);
        return switch (plan.workload()) {
            case PUT -> () -> put(RequestKind.PUT, anyKey(random), random);
            case GET -> () -> get(RequestKind.GET, anyKey(random), false);
            case SGET -> () -> get(RequestKind.SERIALIZABLE_GET, anyKey(random), true);
            case MIXED -> () -> readOrUpdate(random);
            case TXN -> () -> txn(random);
            case WATCH -> {
                WatchPuts puts = watched.orElseThrow();
                yield () -> puts.next(anyKey(random), random);
            }
            case LEASE -> new LeaseCycle(leases);
        };
    }

    private ByteString anyKey(RandomGenerator random) {
        return keyspace.key(random.nextInt(keyspace.size()));
    }

    private Step<?, ?> put(RequestKind kind, ByteString key, RandomGenerator random) {
        return Step.of(kind, KVGrpc.getPutMethod(), putOf(key, random));
    }

    private PutRequest putOf(ByteString key, RandomGenerator random) {
        return PutRequest.newBuilder()
                .setKey(key)
                .setValue(keyspace.value(random))
                .build();
    }

    private Step<?, ?> get(RequestKind kind, ByteString key, boolean serializable) {
        return new Step<>(
                kind,
                KVGrpc.getRangeMethod(),
                RangeRequest.newBuilder()
                        .setKey(key)
                        .setSerializable(serializable)
                        .build(),
                this::wrongIn);
    }

    /** A cluster that finds nothing would be a fast one. */
    private Optional<String> wrongIn(RangeResponse read) {
        if (read.getKvsCount() != 1) {
            return Optional.of("a key that was written before is not there");
        }
        int bytes = read.getKvs(0).getValue().size();
        return bytes == keyspace.valueBytes()
                ? Optional.empty()
                : Optional.of("a value of " + bytes + " bytes, where all have " + keyspace.valueBytes());
    }

    private Optional<String> wrongIn(TxnResponse done) {
        return done.getSucceeded() && done.getResponsesCount() == 2
                ? wrongIn(done.getResponses(1).getResponseRange())
                : Optional.of("a transaction did not find the key that it puts");
    }

    private Step<?, ?> readOrUpdate(RandomGenerator random) {
        ByteString key = keyspace.key(popular.next(random));
        return random.nextDouble() < plan.readShare()
                ? get(RequestKind.READ, key, false)
                : put(RequestKind.UPDATE, key, random);
    }

    /** If a key is there, which it is, puts it and reads another one. */
    private Step<?, ?> txn(RandomGenerator random) {
        ByteString key = anyKey(random);
        RequestOp put = RequestOp.newBuilder().setRequestPut(putOf(key, random)).build();
        RequestOp read = RequestOp.newBuilder()
                .setRequestRange(RangeRequest.newBuilder().setKey(anyKey(random)))
                .build();
        TxnRequest request = TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(key)
                        .setTarget(Compare.CompareTarget.CREATE)
                        .setResult(Compare.CompareResult.GREATER)
                        .setCreateRevision(0))
                .addSuccess(put)
                .addSuccess(read)
                .addFailure(put)
                .build();
        return new Step<>(RequestKind.TXN, KVGrpc.getTxnMethod(), request, this::wrongIn);
    }
}
