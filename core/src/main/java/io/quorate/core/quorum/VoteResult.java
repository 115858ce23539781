package io.quorate.core.quorum;

/** How an election stands. */
public enum VoteResult {
    /** A quorum has granted. */
    WON,
    /** So many have refused that no quorum can grant any more. */
    LOST,
    /** Neither: votes are missing. */
    PENDING
}
