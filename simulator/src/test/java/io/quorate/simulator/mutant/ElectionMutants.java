package io.quorate.simulator.mutant;

import static io.quorate.simulator.mutant.Mutant.core;

import java.util.List;

/** Bugs of elections and votes. */
final class ElectionMutants {

    static final List<Mutant> ALL = List.of(
            new Mutant(
                    "vote-not-persisted",
                    "The vote is not written with the term.",
                    "paper figure 2; corner case 1",
                    core("NodeState"),
                    "return new HardState(term, votedFor, commitIndex);",
                    "return new HardState(term, Optional.empty(), commitIndex);"),
            new Mutant(
                    "vote-leaves-before-sync",
                    "A vote leaves before it is durable.",
                    "paper figure 2; corner case 1",
                    core("Election"),
                    "effects.sendAfterSync(from, new Message.VoteResponse(node.term(), granted));",
                    "effects.send(from, new Message.VoteResponse(node.term(), granted));"),
            new Mutant(
                    "vote-request-leaves-before-sync",
                    "A candidate asks for votes before its own, which it counts, is durable.",
                    "corner case 1",
                    core("Election"),
                    "effects.sendAfterSync(voter, request);",
                    "effects.send(voter, request);"),
            new Mutant(
                    "vote-granted-twice",
                    "A vote is granted though another candidate of the term has got it.",
                    "paper figure 2",
                    core("Election"),
                    """
                    && (node.votedFor().isEmpty() || node.votedFor().get().equals(from))
                                    && !node.votingSuspended()
                                    && request.last()""",
                    """
                    && !node.votingSuspended()
                                    && request.last()"""),
            new Mutant(
                    "vote-forgotten-when-stepping-down",
                    "Whoever steps down within its term forgets whom it voted for.",
                    "corner case 2",
                    core("NodeState"),
                    """
                    void role(Role newRole) {
                    """,
                    """
                    void role(Role newRole) {
                            if (newRole instanceof Follower && !(role instanceof Follower)) {
                                votedFor = Optional.empty();
                                hardStateUnsaved = true;
                            }
                    """),
            new Mutant(
                    "votes-of-an-earlier-term-count",
                    "A candidate counts votes that it was given in an earlier term.",
                    "corner case 3",
                    core("Election"),
                    "if (node.role() instanceof Candidate candidate && response.term() == node.term()) {",
                    "if (node.role() instanceof Candidate candidate) {"),
            new Mutant(
                    "log-not-compared",
                    "Candidates get votes whatever their log holds.",
                    "paper section 5.4.1",
                    core("EntryId"),
                    "return term != other.term ? term > other.term : index >= other.index;",
                    "return true;"),
            new Mutant(
                    "longer-log-wins",
                    "Logs are compared by their length first, and by their last term second.",
                    "paper section 5.4.1",
                    core("EntryId"),
                    "return term != other.term ? term > other.term : index >= other.index;",
                    "return index != other.index ? index > other.index : term >= other.term;"),
            new Mutant(
                    "half-is-a-quorum",
                    "Half of an even number of voters decides.",
                    "paper section 5.2",
                    core("quorum.Majority"),
                    "return members.length / 2 + 1;",
                    "return (members.length + 1) / 2;"));

    private ElectionMutants() {}
}
