package io.quorate.server.autopilot;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the cluster may do by itself. What is not named is not done. Immutable.
 *
 * <p>The constructor throws {@link IllegalArgumentException} with one sentence that says what is wrong and what to do.
 *
 * @param promoteLearnersAfter how long a learner must have been there and caught up, without a break, before it is let vote
 * @param replaceDeadAfter how long a voter must not have been heard of before a spare takes its place
 * @param spares the names of members that stay learners until they are needed: witnesses for the places of witnesses, the others for
 *     those of voters with data
 * @param balanceZones whether a spare takes the place of a voter of a crowded zone, if the loss of any zone is tolerated thereby
 */
public record AutopilotPolicy(
        Optional<Duration> promoteLearnersAfter,
        Optional<Duration> replaceDeadAfter,
        List<String> spares,
        boolean balanceZones) {

    /** Nothing is done. */
    public static final AutopilotPolicy OFF = new AutopilotPolicy(Optional.empty(), Optional.empty(), List.of(), false);

    /** How long a spare must have been caught up before it is of use, if the policy names no time for learners. */
    private static final Duration DEFAULT_STEADY_TIME = Duration.ofSeconds(10);

    public AutopilotPolicy {
        spares = List.copyOf(spares);
        requirePositive("promote-learners-after", promoteLearnersAfter);
        requirePositive("replace-dead-after", replaceDeadAfter);
        Set<String> seen = new HashSet<>();
        for (String spare : spares) {
            if (spare.isBlank()) {
                throw new IllegalArgumentException("spares has an empty name; give the names of members");
            }
            if (!seen.add(spare)) {
                throw new IllegalArgumentException("spares names " + spare + " twice; give each member once");
            }
        }
        if (spares.isEmpty() && replaceDeadAfter.isPresent()) {
            throw new IllegalArgumentException(
                    "replace-dead-after is set, and there are no spares; name learners under spares that may take a place");
        }
        if (!spares.isEmpty() && promoteLearnersAfter.isEmpty() && replaceDeadAfter.isEmpty() && !balanceZones) {
            throw new IllegalArgumentException("spares are named, and nothing is to be done with them; add"
                    + " replace-dead-after or balance-zones, or leave them out");
        }
        if (spares.isEmpty() && balanceZones) {
            throw new IllegalArgumentException(
                    "balance-zones is set, and there are no spares; name learners under spares that may take a place");
        }
    }

    private static void requirePositive(String key, Optional<Duration> time) {
        if (time.isPresent() && !time.get().isPositive()) {
            throw new IllegalArgumentException(key + " is 0; give a time such as 30s, or leave it out");
        }
    }

    /** Whether nothing is to be done at all. */
    public boolean isOff() {
        return promoteLearnersAfter.isEmpty() && replaceDeadAfter.isEmpty() && !balanceZones;
    }

    boolean isSpare(String name) {
        return spares.contains(name);
    }

    /** How long a member must have been well before it is counted on. */
    Duration steadyTime() {
        return promoteLearnersAfter.orElse(DEFAULT_STEADY_TIME);
    }

    /**
     * Checks the policy against what the members count as silence.
     *
     * @throws IllegalArgumentException if a member would be replaced that has only missed some heartbeats
     */
    public void requireLongerThan(Duration electionTimeout) {
        if (replaceDeadAfter.isPresent() && replaceDeadAfter.get().compareTo(electionTimeout) < 0) {
            throw new IllegalArgumentException("replace-dead-after is " + Elapsed.text(replaceDeadAfter.get())
                    + ", less than --election-timeout (" + Elapsed.text(electionTimeout)
                    + "); a member is dead after several of these at the earliest, so give more");
        }
    }
}
