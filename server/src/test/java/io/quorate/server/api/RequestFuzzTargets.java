package io.quorate.server.api;

import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.DecodeException;
import io.quorate.kv.RequestCheck;
import io.quorate.kv.Txn;
import io.quorate.server.proto.etcdserverpb.Compare;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RequestOp;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.SplittableRandom;

/** Requests of clients over gRPC: a transaction, for it holds all other requests for keys, and can be nested. */
public final class RequestFuzzTargets implements FuzzTargets {

    /** As deep as {@code RequestReading} reads. */
    private static final int MAX_NESTING = 600;

    private static final Marshaller<TxnRequest> MARSHALLER =
            ProtoUtils.marshallerWithRecursionLimit(TxnRequest.getDefaultInstance(), MAX_NESTING);

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(FuzzTarget.of(
                        "txn-request",
                        random -> sample(random).toByteArray(),
                        RequestFuzzTargets::read,
                        StatusRuntimeException.class)
                .within(8192, 256 << 10, 512));
    }

    /** What is let through can be written into the log, and is the same when it is read there. */
    private static Txn read(byte[] input) throws DecodeException {
        Txn txn = Requests.txn(MARSHALLER.parse(new ByteArrayInputStream(input)));
        if (RequestCheck.check(txn, RequestCheck.DEFAULT_MAX_TXN_OPS).isEmpty()
                && !CommandCodec.decode(io.quorate.kv.Bytes.wrap(CommandCodec.encode(txn)))
                        .equals(txn)) {
            throw new IllegalStateException(txn + " is another one in the log");
        }
        return txn;
    }

    private static TxnRequest sample(SplittableRandom random) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
            txn.addCompare(Compare.newBuilder()
                    .setResultValue(random.nextInt(4))
                    .setTargetValue(random.nextInt(5))
                    .setKey(bytes(random))
                    .setVersion(random.nextLong()));
            txn.addSuccess(operation(random, 2)).addFailure(operation(random, 2));
        }
        if (random.nextInt(200) == 0) {
            return nested(txn.build(), random.nextInt(400));
        }
        return txn.build();
    }

    private static TxnRequest nested(TxnRequest txn, int depth) {
        TxnRequest nested = txn;
        for (int i = 0; i < depth; i++) {
            nested = TxnRequest.newBuilder()
                    .addSuccess(RequestOp.newBuilder().setRequestTxn(nested))
                    .build();
        }
        return nested;
    }

    private static RequestOp operation(SplittableRandom random, int depth) {
        RequestOp.Builder operation = RequestOp.newBuilder();
        switch (random.nextInt(depth == 0 ? 3 : 4)) {
            case 0 ->
                operation.setRequestPut(PutRequest.newBuilder()
                        .setKey(bytes(random))
                        .setValue(bytes(random))
                        .setLease(random.nextLong())
                        .setPrevKv(random.nextBoolean()));
            case 1 ->
                operation.setRequestRange(RangeRequest.newBuilder()
                        .setKey(bytes(random))
                        .setRangeEnd(bytes(random))
                        .setLimit(random.nextInt(9))
                        .setSortOrderValue(random.nextInt(3))
                        .setSortTargetValue(random.nextInt(5)));
            case 2 ->
                operation.setRequestDeleteRange(
                        DeleteRangeRequest.newBuilder().setKey(bytes(random)).setRangeEnd(bytes(random)));
            default -> operation.setRequestTxn(TxnRequest.newBuilder().addSuccess(operation(random, depth - 1)));
        }
        return operation.build();
    }

    private static ByteString bytes(SplittableRandom random) {
        byte[] bytes = new byte[random.nextInt(12)];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }
}
