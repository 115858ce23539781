package io.quorate.core;

/**
 * An entry's place in the log: the term in which a leader appended it, and its index. Two entries with the same id hold
 * the same command, and so do all entries before them (the Log Matching Property, paper section 5.3).
 *
 * @param term the leader's term; 0 only for {@link #ORIGIN}
 * @param index the position, from 1; 0 only for {@link #ORIGIN}
 */
public record EntryId(long term, long index) {

    /** The place before the first entry of an empty log. */
    public static final EntryId ORIGIN = new EntryId(0, 0);

    public EntryId {
        if (term < 0 || index < 0) {
            throw new IllegalArgumentException("term and index must not be negative: " + term + "/" + index);
        }
    }

    /**
     * Whether a log that ends here is at least as up-to-date as one that ends at {@code other}: the rule by which votes
     * are given (paper section 5.4.1).
     */
    public boolean isAtLeastAsUpToDateAs(EntryId other) {
        return term != other.term ? term > other.term : index >= other.index;
    }

    @Override
    public String toString() {
        return term + "/" + index;
    }
}
