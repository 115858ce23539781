package io.quorate.server.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.quorate.kv.Bytes;
import io.quorate.kv.Permission;
import io.quorate.kv.Result;
import io.quorate.server.proto.etcdserverpb.CompactionResponse;
import io.quorate.server.proto.etcdserverpb.DeleteRangeResponse;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import io.quorate.server.proto.etcdserverpb.ResponseHeader;
import io.quorate.server.proto.etcdserverpb.ResponseOp;
import io.quorate.server.proto.etcdserverpb.TxnResponse;
import io.quorate.server.proto.mvccpb.KeyValue;

/**
 * Turns results of the store into protocol buffers. Thread-safe.
 *
 * <p>The outermost answer of a request bears a full header; those inside a transaction bear a revision alone, as in etcd.
 */
final class Responses {

    private final Headers headers;

    Responses(Headers headers) {
        this.headers = headers;
    }

    RangeResponse range(Result result) {
        return switch (result) {
            case Result.RangeResult range -> range(range, headers.at(range.revision()));
            default -> throw Failures.unexpected(result);
        };
    }

    PutResponse put(Result result) {
        return switch (result) {
            case Result.PutResult put -> put(put, headers.at(put.revision()));
            default -> throw Failures.unexpected(result);
        };
    }

    DeleteRangeResponse deleteRange(Result result) {
        return switch (result) {
            case Result.DeleteRangeResult delete -> deleteRange(delete, headers.at(delete.revision()));
            default -> throw Failures.unexpected(result);
        };
    }

    TxnResponse txn(Result result) {
        return switch (result) {
            case Result.TxnResult txn -> txn(txn, headers.at(txn.revision()));
            default -> throw Failures.unexpected(result);
        };
    }

    CompactionResponse compaction(Result result) {
        return switch (result) {
            case Result.CompactResult compact ->
                CompactionResponse.newBuilder()
                        .setHeader(headers.at(compact.revision()))
                        .build();
            default -> throw Failures.unexpected(result);
        };
    }

    private static RangeResponse range(Result.RangeResult result, ResponseHeader header) {
        RangeResponse.Builder response = RangeResponse.newBuilder()
                .setHeader(header)
                .setMore(result.more())
                .setCount(result.count());
        for (io.quorate.kv.KeyValue kv : result.kvs()) {
            response.addKvs(keyValue(kv));
        }
        return response.build();
    }

    private static PutResponse put(Result.PutResult result, ResponseHeader header) {
        PutResponse.Builder response = PutResponse.newBuilder().setHeader(header);
        result.prev().ifPresent(prev -> response.setPrevKv(keyValue(prev)));
        return response.build();
    }

    private static DeleteRangeResponse deleteRange(Result.DeleteRangeResult result, ResponseHeader header) {
        DeleteRangeResponse.Builder response =
                DeleteRangeResponse.newBuilder().setHeader(header).setDeleted(result.deleted());
        for (io.quorate.kv.KeyValue kv : result.prevKvs()) {
            response.addPrevKvs(keyValue(kv));
        }
        return response.build();
    }

    private static TxnResponse txn(Result.TxnResult result, ResponseHeader header) {
        TxnResponse.Builder response =
                TxnResponse.newBuilder().setHeader(header).setSucceeded(result.succeeded());
        for (Result inner : result.responses()) {
            response.addResponses(operation(inner));
        }
        return response.build();
    }

    private static ResponseOp operation(Result result) {
        ResponseOp.Builder response = ResponseOp.newBuilder();
        return switch (result) {
            case Result.RangeResult range ->
                response.setResponseRange(range(range, revision(range.revision())))
                        .build();
            case Result.PutResult put ->
                response.setResponsePut(put(put, revision(put.revision()))).build();
            case Result.DeleteRangeResult delete ->
                response.setResponseDeleteRange(deleteRange(delete, revision(delete.revision())))
                        .build();
            case Result.TxnResult txn ->
                response.setResponseTxn(txn(txn, revision(txn.revision()))).build();
            default -> throw Failures.unexpected(result);
        };
    }

    private static ResponseHeader revision(long revision) {
        return ResponseHeader.newBuilder().setRevision(revision).build();
    }

    static io.quorate.server.proto.authpb.Permission permission(Permission permission) {
        return io.quorate.server.proto.authpb.Permission.newBuilder()
                .setPermType(
                        switch (permission.access()) {
                            case READ -> io.quorate.server.proto.authpb.Permission.Type.READ;
                            case WRITE -> io.quorate.server.proto.authpb.Permission.Type.WRITE;
                            case READWRITE -> io.quorate.server.proto.authpb.Permission.Type.READWRITE;
                        })
                .setKey(string(permission.key()))
                .setRangeEnd(string(permission.rangeEnd()))
                .build();
    }

    static KeyValue keyValue(io.quorate.kv.KeyValue kv) {
        return KeyValue.newBuilder()
                .setKey(string(kv.key()))
                .setCreateRevision(kv.createRevision())
                .setModRevision(kv.modRevision())
                .setVersion(kv.version())
                .setValue(string(kv.value()))
                .setLease(kv.lease())
                .build();
    }

    static ByteString string(Bytes bytes) {
        return bytes.isEmpty() ? ByteString.EMPTY : UnsafeByteOperations.unsafeWrap(bytes.toByteArray());
    }
}
