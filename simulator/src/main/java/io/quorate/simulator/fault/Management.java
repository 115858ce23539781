package io.quorate.simulator.fault;

import java.util.EnumSet;
import java.util.List;

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
    WIPE,
    /** A witness comes in as a learner, votes when it has the log, and is taken out again if that takes too long. */
    ADD_WITNESS,
    /** A new member takes the place of a witness when it has the log, or a new witness that of a member with data. */
    REPLACE_WITNESS,
    /** A witness goes. */
    REMOVE_WITNESS,
    /** A witness is to be a member with data from now on, or the other way around, which must be refused. */
    CHANGE_KIND;

    /** Those that are done in any managed run. */
    public static final List<Management> ANYWHERE =
            List.copyOf(EnumSet.complementOf(EnumSet.range(ADD_WITNESS, CHANGE_KIND)));

    /** Those that are about witnesses. */
    public static final List<Management> OF_WITNESSES = List.copyOf(EnumSet.range(ADD_WITNESS, CHANGE_KIND));
}
