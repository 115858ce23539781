package io.quorate.kv;

import io.quorate.kv.Range.SortOrder;
import io.quorate.kv.Result.RangeResult;
import io.quorate.kv.Result.Rejected;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The keyspace as it is at one revision, and as it was at those before it that are not compacted.
 *
 * @param cursor on the store; sees all versions up to {@code revision}; it may see later ones, which do not matter
 * @param pairs a faster way to single pairs at the current revision
 * @param revision the current revision
 * @param compactedRevision the oldest that can be read
 */
record ReadView(Supplier<OrderedStore.Cursor> cursor, Pairs pairs, long revision, long compactedRevision) {

    /** Finds the pair of a key at the current revision, if it is live. */
    interface Pairs {
        Optional<KeyValue> find(Bytes key, boolean withValue);
    }

    /** Does etcd's Range; a revision that cannot be read is the only reason to reject it. */
    Result range(Range range) {
        Optional<KvError> error = checkRevision(range.revision());
        if (error.isPresent()) {
            return new Rejected(error.get());
        }
        if (range.isPlainRead()) {
            return plainRead(range, pairs.find(range.key(), range.needsValue()), revision);
        }
        KeyScan scan = scan(range.key(), range.rangeEnd(), range.revision() > 0 ? range.revision() : revision);
        if (range.countOnly()) {
            return new RangeResult(revision, List.of(), false, countRest(scan));
        }
        return range.hasOwnOrder() || range.hasFilters() ? selected(range, scan) : inKeyOrder(range, scan);
    }

    /** Whether a revision can be read; 0 and less mean the current one, which is never compacted. */
    Optional<KvError> checkRevision(long asked) {
        if (asked > revision) {
            return Optional.of(KvError.FUTURE_REVISION);
        }
        return asked > 0 && asked < compactedRevision ? Optional.of(KvError.COMPACTED) : Optional.empty();
    }

    /** As etcd: within a transaction less than 0 does not mean the current revision, but one that is compacted if any is. */
    Optional<KvError> checkRevisionInTxn(long asked) {
        return asked < 0 && asked < compactedRevision ? Optional.of(KvError.COMPACTED) : checkRevision(asked);
    }

    /** Whether the condition holds for every key that it is about. */
    boolean satisfies(Compare compare) {
        boolean needsValue = compare.target() instanceof Compare.Value;
        if (compare.rangeEnd().isEmpty()) {
            return pairs.find(compare.key(), needsValue)
                    .map(kv -> holds(compare, kv))
                    .orElseGet(() -> holdsWithoutKey(compare));
        }
        KeyScan scan = scan(compare.key(), compare.rangeEnd(), revision);
        if (!scan.next()) {
            return holdsWithoutKey(compare);
        }
        do {
            if (!holds(compare, needsValue ? scan.keyValue() : scan.keyValueWithoutValue())) {
                return false;
            }
        } while (scan.next());
        return true;
    }

    /** The answer to a {@link Range#isPlainRead} that found this pair, or none. */
    static RangeResult plainRead(Range range, Optional<KeyValue> found, long revision) {
        List<KeyValue> kvs = range.countOnly() || found.isEmpty() ? List.of() : List.of(found.get());
        return new RangeResult(revision, kvs, false, found.isPresent() ? 1 : 0);
    }

    KeyScan scan(Bytes key, Bytes rangeEnd, long atRevision) {
        return new KeyScan(cursor.get(), KeyRange.of(key, rangeEnd), atRevision);
    }

    /** No pair beyond the limit is looked at, except to count its key. */
    private RangeResult inKeyOrder(Range range, KeyScan scan) {
        List<KeyValue> kvs = new ArrayList<>();
        long limit = range.limit() > 0 ? range.limit() : Long.MAX_VALUE;
        while (kvs.size() < limit && scan.next()) {
            kvs.add(range.keysOnly() ? scan.keyValueWithoutValue() : scan.keyValue());
        }
        long rest = kvs.size() < limit ? 0 : countRest(scan);
        return new RangeResult(revision, kvs, rest > 0, kvs.size() + rest);
    }

    /** Fetches, filters, sorts, and cuts off what is over the limit, in this order. */
    private RangeResult selected(Range range, KeyScan scan) {
        boolean needsValue = !range.keysOnly() || range.sortTarget() == Range.SortTarget.VALUE;
        List<KeyValue> kvs = new ArrayList<>();
        long fetched = fetchedBeforeSorting(range);
        long count = 0;
        while (count < fetched && scan.next()) {
            count++;
            KeyValue kv = needsValue ? scan.keyValue() : scan.keyValueWithoutValue();
            if (passes(range, kv)) {
                kvs.add(kv);
            }
        }
        if (count == fetched) {
            count += countRest(scan);
        }
        if (range.hasOwnOrder()) {
            kvs.sort(order(range));
        }
        boolean more = range.limit() > 0 && kvs.size() > range.limit();
        List<KeyValue> answered = more ? kvs.subList(0, (int) range.limit()) : kvs;
        if (range.keysOnly() && needsValue) {
            answered = answered.stream().map(KeyValue::withoutValue).toList();
        }
        return new RangeResult(revision, answered, more, count);
    }

    /** As etcd: who asks for a limit and names a target, but neither an order nor a filter, has the first keys sorted alone. */
    private static long fetchedBeforeSorting(Range range) {
        boolean firstAlone = range.limit() > 0 && range.sortOrder() == SortOrder.NONE && !range.hasFilters();
        return firstAlone ? Math.min(range.limit(), Long.MAX_VALUE - 1) + 1 : Long.MAX_VALUE;
    }

    private static long countRest(KeyScan scan) {
        long count = 0;
        while (scan.next()) {
            count++;
        }
        return count;
    }

    private static boolean passes(Range range, KeyValue kv) {
        return (range.maxModRevision() == 0 || kv.modRevision() <= range.maxModRevision())
                && (range.minModRevision() == 0 || kv.modRevision() >= range.minModRevision())
                && (range.maxCreateRevision() == 0 || kv.createRevision() <= range.maxCreateRevision())
                && (range.minCreateRevision() == 0 || kv.createRevision() >= range.minCreateRevision());
    }

    /** No order with another target than the key is ascending. Pairs that are equal in it stay in key order. */
    private static Comparator<KeyValue> order(Range range) {
        Comparator<KeyValue> ascending = switch (range.sortTarget()) {
            case KEY -> Comparator.comparing(KeyValue::key);
            case VERSION -> Comparator.comparingLong(KeyValue::version);
            case CREATE -> Comparator.comparingLong(KeyValue::createRevision);
            case MOD -> Comparator.comparingLong(KeyValue::modRevision);
            case VALUE -> Comparator.comparing(KeyValue::value);
        };
        return range.sortOrder() == SortOrder.DESCEND ? ascending.reversed() : ascending;
    }

    /** A missing key is zero everywhere but has no value, so that nothing can be said about that. */
    private static boolean holdsWithoutKey(Compare compare) {
        return !(compare.target() instanceof Compare.Value)
                && holds(compare, new KeyValue(compare.key(), 0, 0, 0, Bytes.empty(), 0));
    }

    private static boolean holds(Compare compare, KeyValue kv) {
        int order = switch (compare.target()) {
            case Compare.Version target -> Long.compare(kv.version(), target.version());
            case Compare.CreateRevision target -> Long.compare(kv.createRevision(), target.createRevision());
            case Compare.ModRevision target -> Long.compare(kv.modRevision(), target.modRevision());
            case Compare.Lease target -> Long.compare(kv.lease(), target.lease());
            case Compare.Value target -> kv.value().compareTo(target.value());
        };
        return switch (compare.outcome()) {
            case EQUAL -> order == 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
            case NOT_EQUAL -> order != 0;
        };
    }
}
