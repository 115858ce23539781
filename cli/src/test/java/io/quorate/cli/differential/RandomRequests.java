package io.quorate.cli.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.quorate.server.proto.etcdserverpb.CompactionRequest;
import io.quorate.server.proto.etcdserverpb.Compare;
import io.quorate.server.proto.etcdserverpb.Compare.CompareResult;
import io.quorate.server.proto.etcdserverpb.Compare.CompareTarget;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseLeasesRequest;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseTimeToLiveRequest;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest.SortOrder;
import io.quorate.server.proto.etcdserverpb.RangeRequest.SortTarget;
import io.quorate.server.proto.etcdserverpb.RequestOp;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws requests of all kinds from a seed, good ones and bad ones, over few keys and leases, so that they meet each other. What
 * it draws depends on nothing but the seed and the revisions that it is told of.
 */
final class RandomRequests {

    /** With the few of other bytes, no more than Go sorts stably: etcd leaves open in which order equal ones come. */
    private static final int KEYS = 8;

    private static final int LEASES = 5;
    private static final long LONG_TTL = 100_000;
    private static final long MAX_TTL = 9_000_000_000L;
    private static final ByteString ALL = ByteString.copyFrom(new byte[1]);

    private final SplittableRandom random;
    private final boolean alone;
    private long revision = 1;
    private long compacted;
    private long values;

    /** @param alone whether etcd has one member only: several of them may come to hold different things, see below */
    RandomRequests(long seed, boolean alone) {
        this.random = new SplittableRandom(seed);
        this.alone = alone;
    }

    /** What the last answer said of the store. */
    void seen(long currentRevision) {
        revision = Math.max(revision, currentRevision);
    }

    Message next() {
        int kind = random.nextInt(100);
        if (kind < 30) {
            return put().build();
        } else if (kind < 58) {
            return range().build();
        } else if (kind < 66) {
            return delete().build();
        } else if (kind < 86) {
            return txn(2).build();
        } else if (kind < 88) {
            return compaction();
        } else if (kind < 93) {
            return grant();
        } else if (kind < 96) {
            return LeaseRevokeRequest.newBuilder().setID(lease()).build();
        } else if (kind < 99) {
            return LeaseTimeToLiveRequest.newBuilder()
                    .setID(lease())
                    .setKeys(random.nextBoolean())
                    .build();
        }
        return LeaseLeasesRequest.getDefaultInstance();
    }

    private boolean oneIn(int count) {
        return random.nextInt(count) == 0;
    }

    private ByteString key() {
        if (oneIn(60)) {
            return ByteString.EMPTY;
        }
        int number = random.nextInt(KEYS);
        return oneIn(20)
                ? ByteString.copyFrom(new byte[] {(byte) (0xf8 + number % 4), 0, (byte) 0xff})
                : ByteString.copyFromUtf8("k" + number);
    }

    private ByteString rangeEnd() {
        return switch (random.nextInt(6)) {
            case 0, 1, 2 -> ByteString.EMPTY;
            case 3 -> ALL;
            case 4 -> ByteString.copyFromUtf8("l");
            default -> key();
        };
    }

    private ByteString value() {
        return oneIn(10) ? ByteString.EMPTY : ByteString.copyFromUtf8((oneIn(3) ? "same" : "v" + ++values));
    }

    private long lease() {
        return oneIn(15) ? 99 : 1 + random.nextInt(LEASES);
    }

    /** A revision that may be past, compacted, now, or yet to come. */
    private long revision() {
        return switch (random.nextInt(8)) {
            case 0 -> revision;
            case 1 -> revision + 1 + random.nextInt(3);
            case 2 -> -1;
            default -> Math.max(1, revision - random.nextInt(40));
        };
    }

    private PutRequest.Builder put() {
        PutRequest.Builder put =
                PutRequest.newBuilder().setKey(key()).setValue(value()).setPrevKv(oneIn(3));
        if (oneIn(5)) {
            put.setLease(lease());
        }
        if (oneIn(12)) {
            put.setIgnoreValue(true);
            if (!oneIn(4)) {
                put.clearValue();
            }
        }
        if (oneIn(12)) {
            put.setIgnoreLease(true);
            if (!oneIn(4)) {
                put.clearLease();
            }
        }
        return put;
    }

    private RangeRequest.Builder range() {
        RangeRequest.Builder range = RangeRequest.newBuilder().setKey(key()).setRangeEnd(rangeEnd());
        if (oneIn(3)) {
            range.setLimit(random.nextInt(6) - 1);
        }
        if (oneIn(3)) {
            range.setRevision(revision());
        }
        if (oneIn(2)) {
            range.setSortOrder(any(List.of(SortOrder.NONE, SortOrder.ASCEND, SortOrder.DESCEND)));
            range.setSortTarget(any(
                    List.of(SortTarget.KEY, SortTarget.VERSION, SortTarget.CREATE, SortTarget.MOD, SortTarget.VALUE)));
        }
        if (oneIn(5)) {
            range.setMinModRevision(revision());
        }
        if (oneIn(5)) {
            range.setMaxModRevision(revision());
        }
        if (oneIn(6)) {
            range.setMinCreateRevision(revision());
        }
        if (oneIn(6)) {
            range.setMaxCreateRevision(revision());
        }
        return range.setSerializable(oneIn(4)).setKeysOnly(oneIn(6)).setCountOnly(oneIn(8));
    }

    private DeleteRangeRequest.Builder delete() {
        return DeleteRangeRequest.newBuilder()
                .setKey(key())
                .setRangeEnd(rangeEnd())
                .setPrevKv(oneIn(2));
    }

    /**
     * Where an answer is not asked for, etcd 3.4.23 leaves the ranges of a transaction out: then one at a revision that is not
     * there refuses the transaction at the member that was asked, and the others carry out its writes.
     */
    private RangeRequest.Builder rangeInTxn() {
        RangeRequest.Builder range = range();
        boolean there = range.getRevision() <= revision && range.getRevision() >= compacted;
        return alone || there ? range : range.clearRevision();
    }

    /** etcd does not notice that "all from this key on" contains a key that is put as well: a difference on purpose. */
    private DeleteRangeRequest.Builder deleteInTxn() {
        DeleteRangeRequest.Builder delete = delete();
        return delete.getRangeEnd().equals(ALL) ? delete.clearRangeEnd() : delete;
    }

    private TxnRequest.Builder txn(int depth) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            txn.addCompare(compare());
        }
        for (int i = operations(); i > 0; i--) {
            txn.addSuccess(operation(depth));
        }
        for (int i = operations(); i > 0; i--) {
            txn.addFailure(operation(depth));
        }
        return txn;
    }

    private int operations() {
        return oneIn(300) ? 129 : random.nextInt(4);
    }

    private Compare compare() {
        Compare.Builder compare = Compare.newBuilder()
                .setKey(key())
                .setResult(any(List.of(
                        CompareResult.EQUAL, CompareResult.GREATER, CompareResult.LESS, CompareResult.NOT_EQUAL)))
                .setTarget(any(List.of(
                        CompareTarget.VERSION,
                        CompareTarget.CREATE,
                        CompareTarget.MOD,
                        CompareTarget.VALUE,
                        CompareTarget.LEASE)));
        if (oneIn(5)) {
            compare.setRangeEnd(rangeEnd());
        }
        // Now and then the operand is not the target's, or missing.
        switch (oneIn(10) ? random.nextInt(6) : compare.getTarget().getNumber()) {
            case 0 -> compare.setVersion(random.nextInt(3));
            case 1 -> compare.setCreateRevision(oneIn(2) ? 0 : revision());
            case 2 -> compare.setModRevision(revision());
            case 3 -> compare.setValue(value());
            case 4 -> compare.setLease(oneIn(2) ? 0 : lease());
            default -> {
                // None.
            }
        }
        return compare.build();
    }

    private RequestOp operation(int depth) {
        RequestOp.Builder operation = RequestOp.newBuilder();
        switch (random.nextInt(depth > 0 ? 9 : 8)) {
            case 0, 1, 2 -> operation.setRequestPut(put());
            case 3, 4, 5 -> operation.setRequestRange(rangeInTxn());
            case 6, 7 -> operation.setRequestDeleteRange(deleteInTxn());
            default -> operation.setRequestTxn(txn(depth - 1));
        }
        return operation.build();
    }

    private CompactionRequest compaction() {
        long at = oneIn(3) ? revision() : Math.max(1, revision - random.nextInt(100));
        if (at <= revision) {
            compacted = Math.max(compacted, at);
        }
        return CompactionRequest.newBuilder()
                .setRevision(at)
                .setPhysical(random.nextBoolean())
                .build();
    }

    /** None that ends while the test runs. */
    private LeaseGrantRequest grant() {
        long ttl = switch (random.nextInt(10)) {
            case 0 -> MAX_TTL;
            case 1 -> MAX_TTL + 1;
            default -> LONG_TTL + random.nextInt(1000);
        };
        return LeaseGrantRequest.newBuilder()
                .setID(1 + random.nextInt(LEASES))
                .setTTL(ttl)
                .build();
    }

    private <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
