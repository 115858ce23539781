package io.quorate.kv;

import java.util.ArrayList;
import java.util.List;

/** The fields of each operation in a {@link CommandCodec} encoding. */
final class OperationCodec {
    private static final int PREV_KV = 1;
    private static final int IGNORE_VALUE = 2;
    private static final int IGNORE_LEASE = 4;

    private static final int SERIALIZABLE = 1;
    private static final int KEYS_ONLY = 2;
    private static final int COUNT_ONLY = 4;
    private static final int FILTERED = 8;

    // Each call of values() copies an array.
    private static final List<Range.SortOrder> SORT_ORDERS = List.of(Range.SortOrder.values());
    private static final List<Range.SortTarget> SORT_TARGETS = List.of(Range.SortTarget.values());
    private static final List<Compare.Outcome> OUTCOMES = List.of(Compare.Outcome.values());

    private OperationCodec() {}

    static void writePut(ByteWriter out, Put put) {
        out.u8((put.prevKv() ? PREV_KV : 0)
                | (put.ignoreValue() ? IGNORE_VALUE : 0)
                | (put.ignoreLease() ? IGNORE_LEASE : 0));
        out.varint(put.lease());
        out.bytes(put.key());
        out.bytes(put.value());
    }

    static Put readPut(ByteReader in) throws DecodeException {
        int flags = readFlags(in, PREV_KV | IGNORE_VALUE | IGNORE_LEASE);
        long lease = in.varint();
        Bytes key = in.bytes();
        Bytes value = in.bytes();
        return new Put(
                key, value, lease, (flags & PREV_KV) != 0, (flags & IGNORE_VALUE) != 0, (flags & IGNORE_LEASE) != 0);
    }

    static void writeDeleteRange(ByteWriter out, DeleteRange delete) {
        out.u8(delete.prevKv() ? PREV_KV : 0);
        out.bytes(delete.key());
        out.bytes(delete.rangeEnd());
    }

    static DeleteRange readDeleteRange(ByteReader in) throws DecodeException {
        int flags = readFlags(in, PREV_KV);
        Bytes key = in.bytes();
        return new DeleteRange(key, in.bytes(), flags != 0);
    }

    static void writeRange(ByteWriter out, Range range) {
        out.u8((range.serializable() ? SERIALIZABLE : 0)
                | (range.keysOnly() ? KEYS_ONLY : 0)
                | (range.countOnly() ? COUNT_ONLY : 0)
                | (range.hasFilters() ? FILTERED : 0));
        out.u8(range.sortOrder().number());
        out.u8(range.sortTarget().number());
        out.bytes(range.key());
        out.bytes(range.rangeEnd());
        out.varint(range.limit());
        out.varint(range.revision());
        if (range.hasFilters()) {
            out.varint(range.minModRevision());
            out.varint(range.maxModRevision());
            out.varint(range.minCreateRevision());
            out.varint(range.maxCreateRevision());
        }
    }

    static Range readRange(ByteReader in) throws DecodeException {
        int flags = readFlags(in, SERIALIZABLE | KEYS_ONLY | COUNT_ONLY | FILTERED);
        Range.SortOrder order = readEnum(in, SORT_ORDERS);
        Range.SortTarget target = readEnum(in, SORT_TARGETS);
        Bytes key = in.bytes();
        Bytes rangeEnd = in.bytes();
        long limit = in.varint();
        long revision = in.varint();
        boolean filtered = (flags & FILTERED) != 0;
        Range range = new Range(
                key,
                rangeEnd,
                limit,
                revision,
                order,
                target,
                (flags & SERIALIZABLE) != 0,
                (flags & KEYS_ONLY) != 0,
                (flags & COUNT_ONLY) != 0,
                filtered ? in.varint() : 0,
                filtered ? in.varint() : 0,
                filtered ? in.varint() : 0,
                filtered ? in.varint() : 0);
        if (range.hasFilters() != filtered) {
            throw new DecodeException("filters that filter nothing");
        }
        return range;
    }

    static void writeTxn(ByteWriter out, Txn txn, int depth) {
        if (depth > CommandCodec.MAX_TXN_DEPTH) {
            throw new IllegalArgumentException("transactions nested deeper than " + CommandCodec.MAX_TXN_DEPTH);
        }
        out.varint(txn.compares().size());
        for (Compare compare : txn.compares()) {
            writeCompare(out, compare);
        }
        writeBranch(out, txn.success(), depth);
        writeBranch(out, txn.failure(), depth);
    }

    static Txn readTxn(ByteReader in, int depth) throws DecodeException {
        if (depth > CommandCodec.MAX_TXN_DEPTH) {
            throw new DecodeException("transactions nested deeper than " + CommandCodec.MAX_TXN_DEPTH);
        }
        int count = in.count();
        List<Compare> compares = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            compares.add(readCompare(in));
        }
        List<Operation> success = readBranch(in, depth);
        return new Txn(compares, success, readBranch(in, depth));
    }

    /** Flags of which only the given ones may be set. */
    static int readFlags(ByteReader in, int known) throws DecodeException {
        int flags = in.u8();
        if ((flags & ~known) != 0) {
            throw new DecodeException("unknown flags " + flags);
        }
        return flags;
    }

    static <E extends Numbered> E readEnum(ByteReader in, List<E> constants) throws DecodeException {
        int number = in.u8();
        for (int i = 0; i < constants.size(); i++) {
            if (constants.get(i).number() == number) {
                return constants.get(i);
            }
        }
        throw new DecodeException("unknown constant " + number);
    }

    private static void writeBranch(ByteWriter out, List<Operation> operations, int depth) {
        out.varint(operations.size());
        for (Operation operation : operations) {
            CommandCodec.writeOperation(out, operation, depth);
        }
    }

    private static List<Operation> readBranch(ByteReader in, int depth) throws DecodeException {
        int count = in.count();
        List<Operation> operations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            operations.add(CommandCodec.readOperation(in, depth));
        }
        return operations;
    }

    private static void writeCompare(ByteWriter out, Compare compare) {
        out.u8(compare.outcome().number());
        out.bytes(compare.key());
        out.bytes(compare.rangeEnd());
        switch (compare.target()) {
            case Compare.Version target -> number(out, 0, target.version());
            case Compare.CreateRevision target -> number(out, 1, target.createRevision());
            case Compare.ModRevision target -> number(out, 2, target.modRevision());
            case Compare.Value target -> {
                out.u8(3);
                out.bytes(target.value());
            }
            case Compare.Lease target -> number(out, 4, target.lease());
        }
    }

    private static void number(ByteWriter out, int target, long operand) {
        out.u8(target);
        out.varint(operand);
    }

    private static Compare readCompare(ByteReader in) throws DecodeException {
        Compare.Outcome outcome = readEnum(in, OUTCOMES);
        Bytes key = in.bytes();
        Bytes rangeEnd = in.bytes();
        int type = in.u8();
        Compare.Target target = switch (type) {
            case 0 -> new Compare.Version(in.varint());
            case 1 -> new Compare.CreateRevision(in.varint());
            case 2 -> new Compare.ModRevision(in.varint());
            case 3 -> new Compare.Value(in.bytes());
            case 4 -> new Compare.Lease(in.varint());
            default -> throw new DecodeException("compare with unknown target " + type);
        };
        return new Compare(key, rangeEnd, target, outcome);
    }
}
