package io.quorate.kv;

/**
 * Reads one key or a range of keys (etcd's {@code RangeRequest}).
 *
 * @param key the key, or the first key of the range
 * @param rangeEnd empty: the one key; the byte 0: every key from {@code key} on; else the first key beyond the range
 * @param limit the most pairs to answer; 0 or less: all
 * @param revision the revision to read at; 0 or less: the current one
 * @param serializable whether the caller is content with what the member at hand has; the store itself does not care
 * @param keysOnly whether to answer pairs with empty values
 * @param countOnly whether to answer the count alone
 * @param minModRevision pairs modified before it are left out; 0: no bound (the other three bounds likewise)
 */
public record Range(
        Bytes key,
        Bytes rangeEnd,
        long limit,
        long revision,
        SortOrder sortOrder,
        SortTarget sortTarget,
        boolean serializable,
        boolean keysOnly,
        boolean countOnly,
        long minModRevision,
        long maxModRevision,
        long minCreateRevision,
        long maxCreateRevision)
        implements Operation {

    /** Numbered as in etcd's protocol buffers. */
    public enum SortOrder implements Numbered {
        NONE(0),
        ASCEND(1),
        DESCEND(2);

        private final int number;

        SortOrder(int number) {
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }
    }

    /** Numbered as in etcd's protocol buffers. */
    public enum SortTarget implements Numbered {
        KEY(0),
        VERSION(1),
        CREATE(2),
        MOD(3),
        VALUE(4);

        private final int number;

        SortTarget(int number) {
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }
    }

    /** Reads one key, now. */
    public static Range of(Bytes key) {
        return of(key, Bytes.empty());
    }

    /** Reads a range, now, with no option set. */
    public static Range of(Bytes key, Bytes rangeEnd) {
        return new Range(key, rangeEnd, 0, 0, SortOrder.NONE, SortTarget.KEY, false, false, false, 0, 0, 0, 0);
    }

    /** Counts the keys of a range, now, and reads none. */
    public static Range counting(Bytes key, Bytes rangeEnd) {
        return new Range(key, rangeEnd, 0, 0, SortOrder.NONE, SortTarget.KEY, false, false, true, 0, 0, 0, 0);
    }

    /** The same request at another revision. */
    public Range atRevision(long newRevision) {
        return new Range(
                key,
                rangeEnd,
                limit,
                newRevision,
                sortOrder,
                sortTarget,
                serializable,
                keysOnly,
                countOnly,
                minModRevision,
                maxModRevision,
                minCreateRevision,
                maxCreateRevision);
    }

    /** Whether it asks for one key as it is now, and for nothing that could keep its pair out of the answer. */
    public boolean isPlainRead() {
        return rangeEnd.isEmpty() && revision <= 0 && !hasFilters();
    }

    /** Whether the answer to a {@link #isPlainRead} has a value in it. */
    boolean needsValue() {
        return !keysOnly && !countOnly;
    }

    /** Whether some pair may be left out for one of its revisions. */
    boolean hasFilters() {
        return minModRevision != 0 || maxModRevision != 0 || minCreateRevision != 0 || maxCreateRevision != 0;
    }

    /** Whether the answer is in another order than that of the keys. */
    boolean hasOwnOrder() {
        return sortTarget != SortTarget.KEY || sortOrder == SortOrder.DESCEND;
    }
}
