package io.quorate.cli.soak;

import static io.quorate.cli.soak.Access.bytes;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.quorate.server.proto.etcdserverpb.CompactionRequest;
import io.quorate.server.proto.etcdserverpb.Compare;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
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
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Single calls that no honest client makes, each with etcd's answer to it. All that a member answers to such calls stands in {@code
 * hostile-requests.txt} of module server; these are the kinds that can be sent again and again.
 */
final class WrongCalls {

    private static final long PATIENCE_SECONDS = 20;
    private static final String OK = "OK";
    private static final ByteString KEY = bytes("wrong/key");
    private static final ByteString VALUE = bytes("v");

    private record Wrong(String what, String method, ByteString request, String answer) {}

    private final Access access;
    private final Ledger ledger;
    private final List<Wrong> all = new ArrayList<>();

    WrongCalls(Access access, Ledger ledger) {
        this.access = access;
        this.ledger = ledger;
        ranges();
        writes();
        transactions();
        leases();
        bytesThatAreNone();
    }

    List<Abuse> abuses() {
        return List.of(
                new Abuse("wrong calls", this::sendAll),
                new Abuse("a call without a token", this::withoutToken),
                new Abuse("calls given up at once", this::giveUp));
    }

    private void add(String what, String method, MessageLite request, String answer) {
        all.add(new Wrong(what, method, request.toByteString(), answer));
    }

    private static RangeRequest.Builder range() {
        return RangeRequest.newBuilder().setKey(KEY).setRangeEnd(bytes("wrong0"));
    }

    private static PutRequest.Builder put() {
        return PutRequest.newBuilder().setKey(KEY).setValue(VALUE);
    }

    private void ranges() {
        String range = "etcdserverpb.KV/Range";
        add("negative limit", range, range().setLimit(-1).build(), OK);
        add("lowest limit", range, range().setLimit(Long.MIN_VALUE).build(), OK);
        add(
                "negative revisions",
                range,
                range().setMinModRevision(-7).setMaxCreateRevision(-9).build(),
                OK);
        add("reversed range", range, range().setRangeEnd(bytes("a")).build(), OK);
        add(
                "range without a key",
                range,
                RangeRequest.getDefaultInstance(),
                "INVALID_ARGUMENT etcdserver: key is not provided");
        add(
                "sort target 99",
                range,
                range().setSortTargetValue(99).build(),
                "INVALID_ARGUMENT etcdserver: invalid sort option");
        add(
                "range of the last revision that there can be",
                range,
                range().setRevision(Long.MAX_VALUE).build(),
                "OUT_OF_RANGE etcdserver: mvcc: required revision is a future revision");
        add(
                "compaction of what is to come",
                "etcdserverpb.KV/Compact",
                CompactionRequest.newBuilder()
                        .setRevision(Long.MAX_VALUE)
                        .setPhysical(true)
                        .build(),
                "OUT_OF_RANGE etcdserver: mvcc: required revision is a future revision");
        add(
                "compaction of a negative revision",
                "etcdserverpb.KV/Compact",
                CompactionRequest.newBuilder().setRevision(-1).build(),
                "OUT_OF_RANGE etcdserver: mvcc: required revision has been compacted");
    }

    private void writes() {
        String put = "etcdserverpb.KV/Put";
        add(
                "put without a key",
                put,
                PutRequest.getDefaultInstance(),
                "INVALID_ARGUMENT etcdserver: key is not provided");
        add(
                "put with a lease that there is not",
                put,
                put().setLease(-3).build(),
                "NOT_FOUND etcdserver: requested lease not found");
        ByteString hugeKey = KEY.concat(ByteString.copyFrom(new byte[1 << 20]));
        add("put of a huge key", put, put().setKey(hugeKey).build(), OK);
        add(
                "deletion of a huge key",
                "etcdserverpb.KV/DeleteRange",
                DeleteRangeRequest.newBuilder().setKey(hugeKey).build(),
                OK);
        add(
                "reversed deletion",
                "etcdserverpb.KV/DeleteRange",
                DeleteRangeRequest.newBuilder()
                        .setKey(bytes("z"))
                        .setRangeEnd(bytes("a"))
                        .build(),
                OK);
        add(
                "request over the limit",
                put,
                put().setValue(ByteString.copyFrom(new byte[1600 << 10])).build(),
                "INVALID_ARGUMENT etcdserver: request is too large");
    }

    private void transactions() {
        String txn = "etcdserverpb.KV/Txn";
        RequestOp operation = RequestOp.newBuilder().setRequestPut(put()).build();
        TxnRequest.Builder writing = TxnRequest.newBuilder().addSuccess(operation);
        add(
                "key twice in a transaction",
                txn,
                writing.clone().addSuccess(operation).build(),
                "INVALID_ARGUMENT etcdserver: duplicate key given in txn request");
        add(
                "operation that is none",
                txn,
                writing.clone().addFailure(RequestOp.getDefaultInstance()).build(),
                "INVALID_ARGUMENT etcdserver: key not found");
        add(
                "compare of nothing",
                txn,
                writing.clone().addCompare(Compare.getDefaultInstance()).build(),
                "INVALID_ARGUMENT etcdserver: key is not provided");
        TxnRequest.Builder tooMany = TxnRequest.newBuilder();
        for (int i = 0; i < 129; i++) {
            tooMany.addSuccess(RequestOp.newBuilder().setRequestRange(range()));
        }
        add(
                "too many operations",
                txn,
                tooMany.build(),
                "INVALID_ARGUMENT etcdserver: too many operations in txn request");
        ByteString nested = writing.build().toByteString();
        for (int i = 0; i < 5000; i++) {
            // RequestOp.request_txn = 4, and TxnRequest.success = 2: by hand, since generated classes go down by
            // recursion.
            nested = field(2, field(4, nested));
        }
        all.add(new Wrong(
                "transactions 5,000 deep",
                txn,
                nested,
                "INVALID_ARGUMENT etcdserver: too many operations in txn request"));
    }

    private void leases() {
        add(
                "end of a lease that there is not",
                "etcdserverpb.Lease/LeaseRevoke",
                LeaseRevokeRequest.newBuilder().setID(-5).build(),
                "NOT_FOUND etcdserver: requested lease not found");
        add(
                "too long a lease",
                "etcdserverpb.Lease/LeaseGrant",
                LeaseGrantRequest.newBuilder().setTTL(Long.MAX_VALUE).build(),
                "OUT_OF_RANGE etcdserver: too large lease TTL");
    }

    private void bytesThatAreNone() {
        String put = "etcdserverpb.KV/Put";
        all.add(new Wrong(
                "message that is cut off", put, ByteString.copyFrom(new byte[] {0x0a, 0x70, 1}), "UNREADABLE"));
        all.add(new Wrong(
                "message of noise", put, ByteString.copyFrom(new byte[] {-1, -2, -3, -4, -5, -6, -7}), "UNREADABLE"));
        ByteString unknown = field(1000, bytes("what is this")).concat(field(1001, VALUE));
        all.add(new Wrong("unknown fields", put, put().build().toByteString().concat(unknown), OK));
        all.add(new Wrong("method that there is not", "etcdserverpb.KV/Steal", ByteString.EMPTY, "UNIMPLEMENTED"));
    }

    private static ByteString field(int number, ByteString content) {
        return varint((long) number << 3 | 2).concat(varint(content.size())).concat(content);
    }

    private static ByteString varint(long value) {
        ByteString.Output out = ByteString.newOutput();
        long rest = value;
        while (rest > 0x7f) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        return out.toByteString();
    }

    private void sendAll(int member) {
        for (Wrong wrong : all) {
            answer(access.channel(member), wrong.method(), wrong.request().toByteArray())
                    .ifPresentOrElse(
                            answer -> ledger.expect(wrong.what(), wrong.answer(), answer),
                            () -> ledger.pass(wrong.what()));
        }
    }

    private void withoutToken(int member) {
        if (access.token().isEmpty()) {
            return;
        }
        byte[] put = put().build().toByteArray();
        try {
            send(access.anonymous(member), "etcdserverpb.KV/Put", put, PATIENCE_SECONDS * 1000);
            ledger.complain("a put without a token was done");
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getDescription() != null
                    && e.getStatus().getDescription().contains("user name")) {
                ledger.expect(
                        "call without a token",
                        "INVALID_ARGUMENT etcdserver: user name is empty",
                        Ledger.text(e.getStatus()));
            } else {
                ledger.expectFailure("call without a token", "INVALID_ARGUMENT etcdserver: user name is empty", e);
            }
        }
    }

    /** A deadline that is over before there is an answer: whether one came all the same is a matter of who was faster. */
    private void giveUp(int member) {
        byte[] put = put().build().toByteArray();
        byte[] everything = RangeRequest.newBuilder()
                .setKey(bytes("honest/"))
                .setRangeEnd(bytes("honest0"))
                .build()
                .toByteArray();
        for (int i = 0; i < 20; i++) {
            try {
                boolean writes = i % 2 == 0;
                send(
                        access.channel(member),
                        writes ? "etcdserverpb.KV/Put" : "etcdserverpb.KV/Range",
                        writes ? put : everything,
                        1 + i / 4);
            } catch (StatusRuntimeException e) {
                if (!Ledger.isPassing(e)) {
                    ledger.complain("a call that was given up: " + Ledger.text(e.getStatus()));
                }
            }
        }
        ledger.count("call given up at once", 20);
    }

    /** A code with its text, or nothing if the member could not tell. */
    private static Optional<String> answer(Channel channel, String method, byte[] request) {
        try {
            send(channel, method, request, PATIENCE_SECONDS * 1000);
            return Optional.of(OK);
        } catch (StatusRuntimeException e) {
            if (Ledger.isPassing(e)) {
                return Optional.empty();
            }
            String text = Ledger.text(e.getStatus());
            return Optional.of(
                    switch (e.getStatus().getCode()) {
                        case INTERNAL ->
                            text.contains("Invalid protobuf byte sequence") || text.contains("unmarshalling")
                                    ? "UNREADABLE"
                                    : text;
                        // The words after the code are gRPC's own.
                        case UNIMPLEMENTED -> "UNIMPLEMENTED";
                        default -> text;
                    });
        }
    }

    private static void send(Channel channel, String method, byte[] request, long patienceMillis) {
        MethodDescriptor<byte[], byte[]> descriptor = MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName(method)
                .setRequestMarshaller(new AsTheyAre())
                .setResponseMarshaller(new AsTheyAre())
                .build();
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(patienceMillis, TimeUnit.MILLISECONDS);
        ClientCalls.blockingUnaryCall(channel, descriptor, options, request);
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
}
