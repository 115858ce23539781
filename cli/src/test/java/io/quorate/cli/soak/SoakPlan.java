package io.quorate.cli.soak;

import java.time.Duration;

/**
 * How long and how hard a soak is.
 *
 * @param length with the abuses going on
 * @param sampleInterval between two looks at the members
 * @param watches that one client begins at a time
 * @param abuseInterval between the end of one abuse and the next of the same abuser
 * @param killInterval between two kills of the leader; zero for none
 * @param trends what may grow by how much
 * @param seed of what is drawn
 */
record SoakPlan(
        Duration length,
        Duration sampleInterval,
        int watches,
        Duration abuseInterval,
        Duration killInterval,
        Trends trends,
        long seed) {

    /** For that long, at about half of one processor. */
    static SoakPlan of(Duration length, Duration killInterval) {
        boolean isLong = length.compareTo(Duration.ofMinutes(2)) >= 0;
        return new SoakPlan(
                length,
                isLong ? Duration.ofSeconds(15) : length.dividedBy(12),
                isLong ? 10_000 : 2_000,
                Duration.ofMillis(isLong ? 400 : 50),
                killInterval,
                length.compareTo(Duration.ofMinutes(10)) >= 0 ? Trends.LONG : Trends.SHORT,
                System.nanoTime());
    }
}
