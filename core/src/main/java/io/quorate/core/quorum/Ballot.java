package io.quorate.core.quorum;

/** What one member has answered in an election. */
public enum Ballot {
    GRANTED,
    REFUSED,
    /** No answer yet. */
    MISSING
}
