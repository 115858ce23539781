package io.quorate.simulator.fault;

/** How the members of a running cluster are changed. */
public enum MembershipChange {
    /** A new member comes in, as a learner. */
    ADD_LEARNER,
    /** A new member comes in, and votes at once. */
    ADD_VOTER,
    /** A learner becomes a voter. */
    PROMOTE,
    /** A voter becomes a learner. */
    DEMOTE,
    /** A member goes that does not lead. */
    REMOVE,
    /** The leader goes. */
    REMOVE_LEADER,
    /** One goes and two come, at once, through a joint configuration. */
    JOINT,
    /** A member loses its disk for good, and another takes its place. */
    REPLACE
}
