package io.quorate.core;

/** Why a member does not campaign, and so cannot become the leader. */
public enum Abstention {
    /** It is a learner, or no member at all. */
    NO_VOTER,
    /** Its log was damaged, and it does not vote until it has caught up. */
    VOTING_SUSPENDED,
    /** Its state is gone, and a snapshot of the leader must come first. */
    STATE_MISSING,
    /** A snapshot is taking the place of its log. */
    INSTALLING_SNAPSHOT,
    /** The application does not want it to lead. */
    BARRED,
    /** Its disk has completed nothing for an election timeout: its own vote could not become durable. */
    DISK_HANGS,
    /** Its priority is 0. */
    PRIORITY_ZERO,
    /** It is a witness, which holds nothing that a leader could serve. */
    WITNESS
}
