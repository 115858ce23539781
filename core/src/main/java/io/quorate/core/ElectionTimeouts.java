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
 */
final class ElectionTimeouts {

    private static final int MAX_FAILED_ROUNDS = 6;

    private final int baseTicks;
    private final RandomGenerator random;
    private final BooleanSupplier hasHighestPriority;

    /** @param hasHighestPriority asked at each draw: whether no other voter is to lead rather than this member */
    ElectionTimeouts(int baseTicks, RandomGenerator random, BooleanSupplier hasHighestPriority) {
        this.baseTicks = baseTicks;
        this.random = random;
        this.hasHighestPriority = hasHighestPriority;
    }

    /** T, the least time without a leader after which a member campaigns. */
    int baseTicks() {
        return baseTicks;
    }

    int draw() {
        int handicap = hasHighestPriority.getAsBoolean() ? 0 : baseTicks / 2;
        return handicap + random.nextInt(baseTicks, 2 * baseTicks);
    }

    int drawRetry(int failedRounds) {
        int least = Math.max(1, baseTicks / 4);
        int window = baseTicks * (1 + Math.min(failedRounds, MAX_FAILED_ROUNDS)) / 2;
        return random.nextInt(least, least + Math.max(1, window));
    }
}
