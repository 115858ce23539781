package io.quorate.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.quorate.server.proto.etcdserverpb.AlarmRequest;
import io.quorate.server.proto.etcdserverpb.AlarmType;
import io.quorate.server.proto.etcdserverpb.CompactionRequest;
import io.quorate.server.proto.etcdserverpb.Compare;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseTimeToLiveRequest;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RequestOp;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Requests that no honest client makes, as the bytes that go over the wire. Its main method prints what a server answers to
 * them: the expected answers of {@link NothingPoisonsTheLogTest} are those of etcd 3.4.23, had so.
 */
final class HostileRequests {

    private static final ByteString KEY = ByteString.copyFromUtf8("hostile");
    private static final long PATIENCE_SECONDS = 20;

    /**
     * A request.
     *
     * @param method such as {@code etcdserverpb.KV/Put}
     */
    record Hostile(String what, String method, ByteString bytes) {}

    private final List<Hostile> all = new ArrayList<>();

    private HostileRequests() {
        enums();
        missing();
        numbers();
        nesting();
        broken();
        users();
    }

    static List<Hostile> all() {
        return List.copyOf(new HostileRequests().all);
    }

    private void add(String what, String method, MessageLite request) {
        all.add(new Hostile(what, method, request.toByteString()));
    }

    private void put(String what, PutRequest.Builder put) {
        add("put, " + what, "etcdserverpb.KV/Put", put.build());
    }

    private void range(String what, RangeRequest.Builder range) {
        add("range, " + what, "etcdserverpb.KV/Range", range.build());
        add("range in a transaction that puts, " + what, "etcdserverpb.KV/Txn", afterPut(op(range)));
    }

    private void txn(String what, TxnRequest.Builder txn) {
        add("txn, " + what, "etcdserverpb.KV/Txn", txn.build());
    }

    private void grant(String what, long id, long ttl) {
        add(
                "grant, " + what,
                "etcdserverpb.Lease/LeaseGrant",
                LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build());
    }

    private static RequestOp op(RangeRequest.Builder range) {
        return RequestOp.newBuilder().setRequestRange(range).build();
    }

    private static RequestOp op(PutRequest.Builder put) {
        return RequestOp.newBuilder().setRequestPut(put).build();
    }

    private static TxnRequest afterPut(RequestOp operation) {
        return TxnRequest.newBuilder()
                .addSuccess(op(putOf()))
                .addSuccess(operation)
                .build();
    }

    private static PutRequest.Builder putOf() {
        return PutRequest.newBuilder().setKey(KEY).setValue(ByteString.copyFromUtf8("v"));
    }

    private static RangeRequest.Builder rangeOf() {
        return RangeRequest.newBuilder().setKey(KEY).setRangeEnd(ByteString.copyFromUtf8("\0"));
    }

    private static Compare.Builder compare() {
        return Compare.newBuilder().setKey(KEY);
    }

    private void enums() {
        range("sort target 99", rangeOf().setSortTargetValue(99).setSortOrder(RangeRequest.SortOrder.ASCEND));
        range("sort target -1", rangeOf().setSortTargetValue(-1));
        range("sort order 99", rangeOf().setSortOrderValue(99));
        range("sort order and target 99", rangeOf().setSortTargetValue(99).setSortOrderValue(99));
        txn("compare with target 99", writing().addCompare(compare().setTargetValue(99)));
        txn("compare with result 99", writing().addCompare(compare().setResultValue(99)));
        txn("compare with result -1", writing().addCompare(compare().setResultValue(-1)));
        for (int type : new int[] {0, 3, 99, -1, Integer.MAX_VALUE}) {
            for (int action : new int[] {1, 2}) {
                add(
                        "alarm, type " + type + ", action " + action,
                        "etcdserverpb.Maintenance/Alarm",
                        AlarmRequest.newBuilder()
                                .setActionValue(action)
                                .setAlarmValue(type)
                                .setMemberID(7)
                                .build());
            }
        }
        add(
                "alarm, action 99",
                "etcdserverpb.Maintenance/Alarm",
                AlarmRequest.newBuilder().setActionValue(99).setAlarm(AlarmType.NOSPACE).build());
    }

    private static TxnRequest.Builder writing() {
        return TxnRequest.newBuilder().addSuccess(op(putOf())).addFailure(op(putOf()));
    }

    private void missing() {
        add("put, of nothing", "etcdserverpb.KV/Put", PutRequest.getDefaultInstance());
        add("range, of nothing", "etcdserverpb.KV/Range", RangeRequest.getDefaultInstance());
        add("delete, of nothing", "etcdserverpb.KV/DeleteRange", DeleteRangeRequest.getDefaultInstance());
        txn("of nothing", TxnRequest.newBuilder());
        txn("an operation that is none", writing().addSuccess(RequestOp.getDefaultInstance()));
        txn("an operation that is none, not taken", writing().addFailure(RequestOp.getDefaultInstance()));
        txn("a compare of nothing", writing().addCompare(Compare.getDefaultInstance()));
        txn(
                "an operation that is none, nested",
                writing()
                        .addSuccess(RequestOp.newBuilder()
                                .setRequestTxn(TxnRequest.newBuilder().addFailure(RequestOp.getDefaultInstance()))));
        txn("an empty nested txn", writing().addSuccess(nested(TxnRequest.newBuilder())));
        for (Compare.CompareTarget target : Compare.CompareTarget.values()) {
            if (target != Compare.CompareTarget.UNRECOGNIZED) {
                txn(
                        "compare of " + target + " without an operand",
                        writing().addCompare(compare().setTarget(target)));
            }
        }
    }

    private static RequestOp nested(TxnRequest.Builder txn) {
        return RequestOp.newBuilder().setRequestTxn(txn).build();
    }

    private void numbers() {
        for (long extreme : new long[] {Long.MIN_VALUE, -1, Long.MAX_VALUE}) {
            range("limit " + extreme, rangeOf().setLimit(extreme));
            range("sorted, limit " + extreme, rangeOf().setLimit(extreme).setSortTarget(RangeRequest.SortTarget.CREATE));
            range("revision " + extreme, rangeOf().setRevision(extreme));
            range("mod revisions from " + extreme, rangeOf().setMinModRevision(extreme));
            range("mod revisions to " + extreme, rangeOf().setMaxModRevision(extreme));
            range("create revisions from " + extreme, rangeOf().setMinCreateRevision(extreme));
            range("create revisions to " + extreme, rangeOf().setMaxCreateRevision(extreme));
            put("lease " + extreme, putOf().setLease(extreme));
            txn(
                    "version compared with " + extreme,
                    writing().addCompare(compare().setVersion(extreme)));
            txn(
                    "lease compared with " + extreme,
                    writing().addCompare(compare().setTarget(Compare.CompareTarget.LEASE).setLease(extreme)));
            add(
                    "compact, " + extreme,
                    "etcdserverpb.KV/Compact",
                    CompactionRequest.newBuilder().setRevision(extreme).build());
            add(
                    "compact, physical, " + extreme,
                    "etcdserverpb.KV/Compact",
                    CompactionRequest.newBuilder()
                            .setRevision(extreme)
                            .setPhysical(true)
                            .build());
            add(
                    "revoke, " + extreme,
                    "etcdserverpb.Lease/LeaseRevoke",
                    LeaseRevokeRequest.newBuilder().setID(extreme).build());
            add(
                    "time to live, " + extreme,
                    "etcdserverpb.Lease/LeaseTimeToLive",
                    LeaseTimeToLiveRequest.newBuilder()
                            .setID(extreme)
                            .setKeys(true)
                            .build());
        }
        grant("TTL of the lowest number", 1001, Long.MIN_VALUE);
        grant("TTL -1", 1002, -1);
        grant("TTL 0", 1003, 0);
        grant("the longest TTL", 1004, 9_000_000_000L);
        grant("a longer TTL", 1005, 9_000_000_001L);
        grant("TTL of the highest number", 1006, Long.MAX_VALUE);
        grant("id of the lowest number", Long.MIN_VALUE, 100);
        grant("id -1", -1, 100);
        grant("id of the highest number", Long.MAX_VALUE, 100);
        grant("an id that is there", 1004, 100);
    }

    private void nesting() {
        for (int depth : new int[] {60, 120, 129, 200, 5000}) {
            all.add(new Hostile("txn, " + depth + " deep", "etcdserverpb.KV/Txn", nestedTxn(depth)));
        }
    }

    /** By hand, since generated classes go down the nesting by recursion. */
    private static ByteString nestedTxn(int depth) {
        ByteString txn = TxnRequest.newBuilder().addSuccess(op(putOf())).build().toByteString();
        for (int i = 1; i < depth; i++) {
            // RequestOp.request_txn = 4, and TxnRequest.success = 2.
            txn = field(2, field(4, txn));
        }
        return txn;
    }

    private static ByteString field(int number, ByteString content) {
        return varint((long) number << 3 | 2).concat(varint(content.size())).concat(content);
    }

    private static ByteString varint(long value) {
        ByteString.Output out = ByteString.newOutput();
        long rest = value;
        while (rest < 0 || rest > 0x7f) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        return out.toByteString();
    }

    private void broken() {
        ByteString notUtf8 = ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xc0, 0});
        put("a key that is not UTF-8", putOf().setKey(notUtf8));
        all.add(new Hostile(
                "put, cut off",
                "etcdserverpb.KV/Put",
                ByteString.copyFrom(new byte[] {0x0a, 0x70, 1})));
        all.add(new Hostile("put, a key that is a number", "etcdserverpb.KV/Put", ByteString.copyFrom(new byte[] {0x08, 1})));
        all.add(new Hostile(
                "put, with fields that nobody knows",
                "etcdserverpb.KV/Put",
                putOf().build()
                        .toByteString()
                        .concat(field(1000, notUtf8))
                        .concat(varint(1001L << 3))
                        .concat(varint(-1))));
        put("a key of 1 MiB", putOf().setKey(ByteString.copyFrom(new byte[1 << 20])));
        put("more than a request may be", putOf().setValue(ByteString.copyFrom(new byte[1600 * 1024])));
        add(
                "delete, from behind to before",
                "etcdserverpb.KV/DeleteRange",
                DeleteRangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("z"))
                        .setRangeEnd(ByteString.copyFromUtf8("a"))
                        .build());
        range("from behind to before", rangeOf().setRangeEnd(ByteString.copyFromUtf8("a")));
    }

    /** Names and permissions, on a member where authentication is off. */
    private void users() {
        ByteString notUtf8 = ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xc0, 'x'});
        auth("user of a name that is not UTF-8", "UserAdd", field(1, notUtf8).concat(field(2, KEY)));
        auth("role of a name that is not UTF-8", "RoleAdd", field(1, notUtf8));
        auth("user of no name", "UserAdd", field(2, KEY));
        auth("role of no name", "RoleAdd", ByteString.EMPTY);
        auth("a role", "RoleAdd", field(1, KEY));
        auth("a role again", "RoleAdd", field(1, KEY));
        auth("permission of type 99", "RoleGrantPermission", field(1, KEY).concat(field(2, permission(99))));
        auth("permission of type -1", "RoleGrantPermission", field(1, KEY).concat(field(2, permission(-1))));
        auth("permission on an empty key", "RoleGrantPermission", field(1, KEY).concat(field(2, varint(1 << 3).concat(varint(2)))));
        auth("permission for a role that is not there", "RoleGrantPermission", field(1, notUtf8.substring(2)).concat(field(2, permission(2))));
        auth("permission to be taken that was not given", "RoleRevokePermission", field(1, KEY).concat(field(2, KEY)));
        auth("a user that is not there", "UserGet", field(1, KEY));
        auth("a role for a user that is not there", "UserGrantRole", field(1, KEY).concat(field(2, KEY)));
        auth("the password of a user that is not there", "UserChangePassword", field(1, KEY).concat(field(2, KEY)));
        auth("a login while there is none", "Authenticate", field(1, KEY).concat(field(2, KEY)));
        auth("permission that is none", "RoleGrantPermission", field(1, KEY));
    }

    private static ByteString permission(long type) {
        return varint(1 << 3).concat(varint(type)).concat(field(2, KEY));
    }

    private void auth(String what, String method, ByteString request) {
        all.add(new Hostile("auth, " + what, "etcdserverpb.Auth/" + method, request));
    }

    /** What comes of a request: a code with its text. */
    static String answer(Channel channel, Hostile request) {
        try {
            send(channel, request.method(), request.bytes().toByteArray(), PATIENCE_SECONDS * 1000);
            return "OK";
        } catch (StatusRuntimeException e) {
            return isUnreadable(e.getStatus())
                    ? "UNREADABLE"
                    : e.getStatus().getCode() + " " + e.getStatus().getDescription();
        }
    }

    /** What gRPC says of bytes that are no protocol buffer of the kind; the words differ between its libraries. */
    static boolean isUnreadable(Status status) {
        String text = String.valueOf(status.getDescription());
        return status.getCode() == Status.Code.INTERNAL
                && (text.contains("Invalid protobuf byte sequence")
                        || text.contains("grpc: error unmarshalling request"));
    }

    /** Sends a request as it is and returns the answer as it is. */
    static byte[] send(Channel channel, String method, byte[] request, long patienceMillis) {
        MethodDescriptor<byte[], byte[]> descriptor = MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName(method)
                .setRequestMarshaller(new AsTheyAre())
                .setResponseMarshaller(new AsTheyAre())
                .build();
        return ClientCalls.blockingUnaryCall(
                channel,
                descriptor,
                CallOptions.DEFAULT.withWaitForReady().withDeadlineAfter(patienceMillis, TimeUnit.MILLISECONDS),
                request);
    }

    private static final class AsTheyAre implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Prints what the server at {@code host:port} answers. */
    public static void main(String[] args) {
        ManagedChannel channel = NettyChannelBuilder.forTarget(args[0])
                .usePlaintext()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
        for (Hostile request : all()) {
            System.out.println(request.what() + ": " + answer(channel, request));
        }
        channel.shutdownNow();
    }
}
