package io.quorate.server.api;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.kv.Bytes;
import io.quorate.kv.Compare;
import io.quorate.kv.DeleteRange;
import io.quorate.kv.Operation;
import io.quorate.kv.Permission;
import io.quorate.kv.Put;
import io.quorate.kv.Range;
import io.quorate.kv.Txn;
import io.quorate.kv.WatchRequest;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RequestOp;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns requests from their protocol buffers into the store's own terms. Keys and values keep their storage: protocol buffers
 * never change it.
 *
 * <p>All methods throw {@link StatusRuntimeException} for what cannot be said in those terms.
 */
final class Requests {

    private Requests() {}

    static Range range(RangeRequest request) {
        return new Range(
                bytes(request.getKey()),
                bytes(request.getRangeEnd()),
                request.getLimit(),
                request.getRevision(),
                sortOrder(request.getSortOrder()),
                sortTarget(request.getSortTarget()),
                request.getSerializable(),
                request.getKeysOnly(),
                request.getCountOnly(),
                request.getMinModRevision(),
                request.getMaxModRevision(),
                request.getMinCreateRevision(),
                request.getMaxCreateRevision());
    }

    /** @param revision that the watch begins after, if it names none itself */
    static WatchRequest watch(WatchCreateRequest request, long revision) {
        return new WatchRequest(
                bytes(request.getKey()),
                bytes(request.getRangeEnd()),
                request.getStartRevision() > 0 ? request.getStartRevision() : revision + 1,
                request.getPrevKv(),
                request.getFiltersList().contains(WatchCreateRequest.FilterType.NOPUT),
                request.getFiltersList().contains(WatchCreateRequest.FilterType.NODELETE));
    }

    private static Range.SortOrder sortOrder(RangeRequest.SortOrder order) {
        return switch (order) {
            case NONE -> Range.SortOrder.NONE;
            case ASCEND -> Range.SortOrder.ASCEND;
            case DESCEND -> Range.SortOrder.DESCEND;
            case UNRECOGNIZED -> throw EtcdError.INVALID_SORT_OPTION.exception();
        };
    }

    private static Range.SortTarget sortTarget(RangeRequest.SortTarget target) {
        return switch (target) {
            case KEY -> Range.SortTarget.KEY;
            case VERSION -> Range.SortTarget.VERSION;
            case CREATE -> Range.SortTarget.CREATE;
            case MOD -> Range.SortTarget.MOD;
            case VALUE -> Range.SortTarget.VALUE;
            case UNRECOGNIZED -> throw EtcdError.INVALID_SORT_OPTION.exception();
        };
    }

    static Permission permission(io.quorate.server.proto.authpb.Permission permission) {
        Permission.Access access = switch (permission.getPermType()) {
            case READ -> Permission.Access.READ;
            case WRITE -> Permission.Access.WRITE;
            case READWRITE -> Permission.Access.READWRITE;
            case UNRECOGNIZED ->
                throw Status.INVALID_ARGUMENT
                        .withDescription("etcdserver: permission has the unknown type " + permission.getPermTypeValue())
                        .asRuntimeException();
        };
        return new Permission(access, bytes(permission.getKey()), bytes(permission.getRangeEnd()));
    }

    static Put put(PutRequest request) {
        return new Put(
                bytes(request.getKey()),
                bytes(request.getValue()),
                request.getLease(),
                request.getPrevKv(),
                request.getIgnoreValue(),
                request.getIgnoreLease());
    }

    static DeleteRange deleteRange(DeleteRangeRequest request) {
        return new DeleteRange(bytes(request.getKey()), bytes(request.getRangeEnd()), request.getPrevKv());
    }

    static Txn txn(TxnRequest request) {
        List<Compare> compares = new ArrayList<>(request.getCompareCount());
        for (io.quorate.server.proto.etcdserverpb.Compare compare : request.getCompareList()) {
            compares.add(compare(compare));
        }
        return new Txn(compares, operations(request.getSuccessList()), operations(request.getFailureList()));
    }

    private static List<Operation> operations(List<RequestOp> requests) {
        List<Operation> operations = new ArrayList<>(requests.size());
        for (RequestOp request : requests) {
            operations.add(
                    switch (request.getRequestCase()) {
                        case REQUEST_RANGE -> range(request.getRequestRange());
                        case REQUEST_PUT -> put(request.getRequestPut());
                        case REQUEST_DELETE_RANGE -> deleteRange(request.getRequestDeleteRange());
                        case REQUEST_TXN -> txn(request.getRequestTxn());
                        case REQUEST_NOT_SET -> throw EtcdError.KEY_NOT_FOUND.exception();
                    });
        }
        return operations;
    }

    /** An operand of another kind than the target counts as none at all, as in etcd. */
    private static Compare compare(io.quorate.server.proto.etcdserverpb.Compare compare) {
        Compare.Target target = switch (compare.getTarget()) {
            case VERSION -> new Compare.Version(compare.getVersion());
            case CREATE -> new Compare.CreateRevision(compare.getCreateRevision());
            case MOD -> new Compare.ModRevision(compare.getModRevision());
            case VALUE -> new Compare.Value(bytes(compare.getValue()));
            case LEASE -> new Compare.Lease(compare.getLease());
            case UNRECOGNIZED -> throw unknown("target", compare.getTargetValue());
        };
        Compare.Outcome outcome = switch (compare.getResult()) {
            case EQUAL -> Compare.Outcome.EQUAL;
            case GREATER -> Compare.Outcome.GREATER;
            case LESS -> Compare.Outcome.LESS;
            case NOT_EQUAL -> Compare.Outcome.NOT_EQUAL;
            case UNRECOGNIZED -> throw unknown("result", compare.getResultValue());
        };
        return new Compare(bytes(compare.getKey()), bytes(compare.getRangeEnd()), target, outcome);
    }

    private static StatusRuntimeException unknown(String field, int number) {
        return Status.INVALID_ARGUMENT
                .withDescription("etcdserver: compare has the unknown " + field + " " + number)
                .asRuntimeException();
    }

    /** The same bytes, without a copy where they lie in one array. */
    static Bytes bytes(ByteString string) {
        if (string.isEmpty()) {
            return Bytes.empty();
        }
        Window window = new Window(string.size());
        try {
            UnsafeByteOperations.unsafeWriteTo(string, window);
        } catch (IOException e) {
            throw new UncheckedIOException("bytes in memory can be read", e);
        }
        return window.bytes();
    }

    /** Takes hold of an array that is shown to it, and gathers copies if several are shown. */
    private static final class Window extends ByteOutput {
        private final int expected;
        private Bytes shown = Bytes.empty();
        private byte[] gathered = new byte[0];
        private int gatheredSize;

        Window(int expected) {
            this.expected = expected;
        }

        Bytes bytes() {
            return gatheredSize == 0 ? shown : Bytes.wrap(gathered);
        }

        @Override
        public void writeLazy(byte[] value, int offset, int length) {
            if (length == expected) {
                shown = Bytes.wrap(value, offset, length);
            } else {
                write(value, offset, length);
            }
        }

        @Override
        public void writeLazy(ByteBuffer value) {
            write(value);
        }

        @Override
        public void write(byte value) {
            write(new byte[] {value}, 0, 1);
        }

        @Override
        public void write(byte[] value, int offset, int length) {
            write(ByteBuffer.wrap(value, offset, length));
        }

        @Override
        public void write(ByteBuffer value) {
            if (gathered.length == 0) {
                gathered = new byte[expected];
            }
            int length = value.remaining();
            value.get(gathered, gatheredSize, length);
            gatheredSize += length;
        }
    }
}
