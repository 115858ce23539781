package io.quorate.kv;

import static java.util.function.Predicate.not;

import java.util.List;

/**
 * Marks a place in the log at which each member captures the digest of its state, to report it with a
 * {@link DigestReport}. Changes nothing that a client sees.
 *
 * @param voters the ids of the members whose majority decides which state is right, as whoever proposes it knows them
 * @param learners the ids of the other members
 */
public record Verify(List<Long> voters, List<Long> learners) implements Command {

    /** Each member counts once, wherever it comes up. */
    public Verify {
        voters = voters.stream().distinct().sorted().toList();
        learners = learners.stream()
                .filter(not(voters::contains))
                .distinct()
                .sorted()
                .toList();
    }

    boolean concerns(long memberId) {
        return voters.contains(memberId) || learners.contains(memberId);
    }
}
