package io.quorate.core;

import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * Draws the times after which a member campaigns.
 *
 * <p>Without a leader a member waits between T and 2T (paper section 5.2). One of a lower priority than another voter waits half a
 * T longer, so that the other comes first more often than not; and no longer than that, since the other may be dead. After a round that was not won it waits
 * between T/4 and T/4 + T/2 * (1 + failed rounds), which does two things at once. A round that failed early is retried
 * soon: it was refused because the others still believed in the old leader or because this member's term was old, and
 * both pass quickly, so waiting T again would only prolong the outage. And rounds that fail again and again, because
 * votes split, spread out over a window that grows with each of them, until one candidate is so far ahead of the others
 * that it wins. The growth is bounded, and ends when a leader is known.
 *
 * <p>Where it was measured that a shorter silence E than T is suspicious, E takes the place of T in what is waited, and the first
 * wait is between 1.1 E and 1.6 E: the others, who do not count the same ticks, should suspect the leader as well by then.
 */
final class ElectionTimeouts {

    private static final int MAX_FAILED_ROUNDS = 6;

    private final int mostTicks;
    private final RandomGenerator random;
    private final BooleanSupplier hasHighestPriority;
    private int estimatedTicks;

    /** @param hasHighestPriority asked at each draw: whether no other voter is to lead rather than this member */
    ElectionTimeouts(int mostTicks, RandomGenerator random, BooleanSupplier hasHighestPriority) {
        this.mostTicks = mostTicks;
        this.estimatedTicks = mostTicks;
        this.random = random;
        this.hasHighestPriority = hasHighestPriority;
    }

    /**
     * What silence of a leader is suspicious, as far as is known, is this.
     *
     * @return whether it is another than before
     */
    boolean estimated(int ticks) {
        int before = estimatedTicks;
        estimatedTicks = Math.clamp(ticks, 1, mostTicks);
        return estimatedTicks != before;
    }

    /** The least time without a leader after which a member campaigns: T, or less where less was estimated. */
    int suspicionTicks() {
        return estimatedTicks;
    }

    /**
     * How long to wait for somebody who was given this member's vote: until two disks have synced and messages were exchanged, of which
     * the estimate says nothing.
     */
    int drawForCandidate() {
        return random.nextInt(mostTicks, 2 * mostTicks);
    }

    int draw() {
        boolean shorter = estimatedTicks < mostTicks;
        int least = shorter ? estimatedTicks + Math.ceilDiv(estimatedTicks, 10) : mostTicks;
        int window = shorter ? Math.max(1, estimatedTicks / 2) : mostTicks;
        int handicap = hasHighestPriority.getAsBoolean() ? 0 : estimatedTicks / 2;
        return handicap + random.nextInt(least, least + window);
    }

    /** How long to wait before the next round. */
    int drawRetry(int failedRounds) {
        return drawWithin(estimatedTicks, failedRounds);
    }

    /** How long a round may last: as long as messages and disks take, of which the estimate says nothing. */
    int drawRound(int failedRounds) {
        return drawWithin(mostTicks, failedRounds);
    }

    private int drawWithin(int baseTicks, int failedRounds) {
        int least = Math.max(1, baseTicks / 4);
        int window = baseTicks * (1 + Math.min(failedRounds, MAX_FAILED_ROUNDS)) / 2;
        return random.nextInt(least, least + Math.max(1, window));
    }
}
