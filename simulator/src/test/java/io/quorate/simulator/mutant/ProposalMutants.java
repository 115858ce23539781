package io.quorate.simulator.mutant;

import static io.quorate.simulator.mutant.Mutant.engine;

import java.util.List;

/** Bugs of what clients are told of their proposals, and of handing proposals on. */
final class ProposalMutants {

    static final List<Mutant> ALL = List.of(
            new Mutant(
                    "lost-leader-taken-for-failure",
                    "What was handed to a leader that is gone is reported as never to be done.",
                    "corner case 15",
                    engine("Proposals"),
                    "forwarded.values().forEach(proposal -> proposal.fail(new RaftException.OutcomeUnknown(true)));",
                    "forwarded.values().forEach(proposal -> proposal.fail(new RaftException.Superseded()));"),
            new Mutant(
                    "replaced-proposal-succeeds",
                    "A proposal whose place another entry has taken is given that one's result.",
                    "corner case 15",
                    engine("Proposals"),
                    "if (waiter.term != term) {",
                    "if (waiter.term < 0) {"),
            new Mutant(
                    "place-taken-means-lost",
                    "A proposal is reported as lost when a later term's entry is appended in its place, not committed.",
                    "paper figure 8; corner case 15",
                    engine("Proposals"),
                    "before.proposal.fail(new RaftException.OutcomeUnknown(true));",
                    "before.proposal.fail(new RaftException.Superseded());"),
            new Mutant(
                    "snapshot-means-lost",
                    "A proposal is reported as lost when a snapshot takes the place of its entry.",
                    "corner case 15",
                    engine("Proposals"),
                    "entry.getValue().proposal.fail(new RaftException.OutcomeUnknown(false));",
                    "entry.getValue().proposal.fail(new RaftException.Superseded());"),
            new Mutant(
                    "handed-on-again-to-the-next-leader",
                    "What was handed to a leader that is gone is handed to the next one.",
                    "invariant 18",
                    engine("Proposals"),
                    "forwarded.values().forEach(proposal -> proposal.fail(new RaftException.OutcomeUnknown(true)));",
                    "forwarded.values().forEach(this::awaitLeader);"),
            new Mutant(
                    "duplicate-forward-appended",
                    "A leader appends what the network brings twice, twice.",
                    "invariant 18",
                    engine("ForwardMemory"),
                    "Optional<PeerFrame> answer = Optional.ofNullable(answers.get(new Key(sender, frame.firstRequestId())));",
                    "Optional<PeerFrame> answer = Optional.empty();"),
            new Mutant(
                    "forward-of-an-earlier-term-appended",
                    "A leader appends what was handed to it as the leader of an earlier term.",
                    "invariant 18",
                    engine("ForwardMemory"),
                    "if (frame.term() != ledTerm) {",
                    "if (frame.term() > ledTerm) {"));

    private ProposalMutants() {}
}
