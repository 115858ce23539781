package io.quorate.server.quorum;

import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Whose votes count: of one set, or of two while the configuration is joint, when every decision takes a majority of both (paper
 * section 6).
 *
 * @param present the voters; in a joint configuration those of the new one
 * @param outgoing those of the old configuration while in transition, else empty
 */
public record Voters(SortedSet<String> present, SortedSet<String> outgoing) {

    public Voters {
        present = Collections.unmodifiableSortedSet(new TreeSet<>(present));
        outgoing = Collections.unmodifiableSortedSet(new TreeSet<>(outgoing));
    }

    public static Voters of(Set<String> voters) {
        return new Voters(new TreeSet<>(voters), new TreeSet<>());
    }

    public boolean isJoint() {
        return !outgoing.isEmpty();
    }

    public SortedSet<String> all() {
        SortedSet<String> all = new TreeSet<>(present);
        all.addAll(outgoing);
        return all;
    }

    /** How many of a set of voters decide. */
    public static int majority(int voters) {
        return voters / 2 + 1;
    }

    /** Whether those that are left can decide. */
    public boolean isQuorum(Predicate<String> left) {
        return failuresTolerated(left) >= 0;
    }

    /**
     * How many of those that are left may fail, whichever they are, such that the rest can still decide; less than 0 if they cannot
     * decide as it is. In a joint configuration the half counts that withstands less.
     */
    public int failuresTolerated(Predicate<String> left) {
        int ofPresent = spare(present, left);
        return isJoint() ? Math.min(ofPresent, spare(outgoing, left)) : ofPresent;
    }

    private static int spare(SortedSet<String> voters, Predicate<String> left) {
        int count = (int) voters.stream().filter(left).count();
        return count - majority(voters.size());
    }
}
