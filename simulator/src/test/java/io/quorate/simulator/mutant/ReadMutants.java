package io.quorate.simulator.mutant;

import static io.quorate.simulator.mutant.Mutant.core;
import static io.quorate.simulator.mutant.Mutant.engine;

import java.util.List;

/** Bugs of linearizable reads. */
final class ReadMutants {

    static final List<Mutant> ALL = List.of(
            new Mutant(
                    "read-before-own-commit",
                    "A new leader takes a read index before an entry of its term is committed.",
                    "thesis 6.4; corner case 27",
                    core("LinearizableReads"),
                    "if (node.commitIndex() >= leader.firstIndex() && leader.readRounds().size() < MAX_UNDER_WAY) {",
                    "if (leader.readRounds().size() < MAX_UNDER_WAY) {"),
            new Mutant(
                    "read-without-a-quorum",
                    "The leader answers reads without asking whether it still leads.",
                    "thesis 6.4",
                    core("LinearizableReads"),
                    "if (node.isLoneVoter()) {",
                    "if (node.commitIndex() >= leader.firstIndex()) {"),
            new Mutant(
                    "late-answer-confirms-read",
                    "An answer to an earlier heartbeat confirms a later read.",
                    "thesis 6.4",
                    core("Heartbeats"),
                    "follower.confirmed(response.readRound());",
                    "follower.confirmed(leader.lastReadRound());"),
            new Mutant(
                    "read-request-ids-begin-anew",
                    "The ids of read requests are used again after a restart.",
                    "corner case 27",
                    core("RequestIds"),
                    "next = random.nextLong();",
                    "next = 0;"),
            new Mutant(
                    "read-before-apply",
                    "A read is served before the state machine has reached the read index.",
                    "thesis 6.4",
                    engine("Reads"),
                    """
                    behind.add(new Ready(index, reads));
                    """,
                    """
                    behind.add(new Ready(0, reads));
                    """));

    private ReadMutants() {}
}
