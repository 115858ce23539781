package io.quorate.server.autopilot;

import io.quorate.server.members.MemberChange;
import java.time.Duration;

/** What the autopilot makes of what it sees. */
sealed interface Judgement {

    /** There is nothing to do, or something forbids it. */
    record Nothing(String why) implements Judgement {}

    /**
     * Something is to be done, and it is too early for that.
     *
     * @param what is done then
     * @param left how long that takes yet, if nothing changes
     */
    record Waiting(String what, Duration left) implements Judgement {}

    /**
     * Something is to be done now.
     *
     * @param title what, in a few words
     * @param reason why
     */
    record Act(MemberChange.Together change, String title, String reason) implements Judgement {}
}
