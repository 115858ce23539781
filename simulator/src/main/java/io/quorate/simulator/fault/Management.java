package io.quorate.simulator.fault;

/** What whoever manages the cluster does while it runs, beside the single steps of {@link MembershipChange}. */
public enum Management {
    /** A member gets another priority; of five voters and more, one may get 0. */
    PRIORITY,
    /** One voter is to lead rather than all others; after a while that is taken back. */
    PREFER,
    /** A learner comes in, votes as soon as it lacks little of the log, and is taken out again if that takes too long. */
    PROBATION,
    /** Learners vote, a voter goes, a learner comes and a priority changes, all at once. */
    TOGETHER,
    /** Two changes are made of the same members, at once or nearly so: one of them at most may be done. */
    TWO_AT_ONCE,
    /** The next one that is elected is asked for a change at once, before it can have committed anything. */
    AT_ELECTION,
    /** Leadership is handed over while a change is under way. */
    TRANSFER,
    /** The leader is said to be unwell, and gives way to another one that may be anything. */
    GIVE_WAY,
    /** A voter dies for good, with what it has on its disk: a learner comes in, and takes its place when it has the log. */
    REPLACE_DEAD,
    /** A voter's disk is wiped, and it comes back under its id, without its memory; then another takes its place. */
    WIPE
}
