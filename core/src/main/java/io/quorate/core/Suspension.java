package io.quorate.core;

/**
 * What a member has lost of what it promised, and why it must not vote for the time being. The later one includes the one before it.
 */
public enum Suspension {
    /** Nothing: it votes. */
    NONE,
    /** Entries that it had acknowledged. Its term and its vote are known. */
    ENTRIES_LOST,
    /** Entries perhaps, and the latest term and vote perhaps: its log has lost its end, and nothing tells what was in it. */
    PROMISES_LOST;

    /** This one and the other. */
    public Suspension and(Suspension other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
