package io.quorate.core;

import io.quorate.core.quorum.MemberId;
import java.util.Optional;

/** Follows a leader, or waits for one (paper section 5.2). Learners are followers that never campaign. */
final class Follower implements Role {

    private final Optional<MemberId> leader;
    private int elapsedTicks;
    private int timeoutTicks;

    /**
     * A follower at the beginning of a wait.
     *
     * @param leader the leader of the current term, if it is known
     * @param elapsedTicks ticks since that leader was heard, or since the wait began
     * @param timeoutTicks after how many of them to campaign
     */
    Follower(Optional<MemberId> leader, int elapsedTicks, int timeoutTicks) {
        this.leader = leader;
        this.elapsedTicks = elapsedTicks;
        this.timeoutTicks = timeoutTicks;
    }

    @Override
    public RoleName name() {
        return RoleName.FOLLOWER;
    }

    Optional<MemberId> leader() {
        return leader;
    }

    int elapsedTicks() {
        return elapsedTicks;
    }

    void heardFromLeader() {
        elapsedTicks = 0;
    }

    /** The vote was given away: its receiver gets the time to win (paper section 5.2). */
    void restartTimeout(int newTimeoutTicks) {
        elapsedTicks = 0;
        timeoutTicks = newTimeoutTicks;
    }

    /** Another time is to pass without a leader; what has passed counts. */
    void changeTimeout(int newTimeoutTicks) {
        timeoutTicks = newTimeoutTicks;
    }

    /** Returns whether the election timeout has elapsed. */
    boolean tick() {
        elapsedTicks++;
        return elapsedTicks >= timeoutTicks;
    }
}
