package io.quorate.simulator.mutant;

import static io.quorate.simulator.mutant.Mutant.core;

import java.util.List;

/** Bugs of replication and commitment. */
final class ReplicationMutants {

    static final List<Mutant> ALL = List.of(
            new Mutant(
                    "earlier-terms-committed-by-counting",
                    "The leader commits entries of earlier terms by counting copies.",
                    "paper figure 8; corner case 10",
                    core("Replication"),
                    "if (index >= leader.firstIndex() && node.commitTo(index)) {",
                    "if (node.commitTo(index)) {"),
            new Mutant(
                    "acknowledged-before-sync",
                    "A follower acknowledges entries before they are durable.",
                    "corner case 13",
                    core("LogAcceptance"),
                    "effects.sendAfterSync(from, new Message.AppendAccepted(node.term(), verified));",
                    "effects.send(from, new Message.AppendAccepted(node.term(), verified));"),
            new Mutant(
                    "leader-counts-unsynced-entries",
                    "The leader counts its own copy before that is durable.",
                    "corner case 13; etcd 14370",
                    core("Replication"),
                    "? node.log().syncedIndex()",
                    "? node.log().lastIndex()"),
            new Mutant(
                    "more-acknowledged-than-verified",
                    "A follower acknowledges its whole log, not what the request has verified.",
                    "corner case 11",
                    core("LogAcceptance"),
                    "effects.sendAfterSync(from, new Message.AppendAccepted(node.term(), verified));",
                    "effects.sendAfterSync(from, new Message.AppendAccepted(node.term(), node.log().lastIndex()));"),
            new Mutant(
                    "more-committed-than-verified",
                    "A follower commits up to leaderCommit though the request has verified less.",
                    "paper figure 2; corner case 11",
                    core("LogAcceptance"),
                    "node.commitTo(Math.min(request.commitIndex(), verified));",
                    "node.commitTo(Math.min(request.commitIndex(), node.log().lastIndex()));"),
            new Mutant(
                    "heartbeat-commits-unverified",
                    "Heartbeats carry the commit index beyond what is known to match.",
                    "corner case 11",
                    core("Heartbeats"),
                    "long commitIndex = Math.min(node.commitIndex(), follower.matchIndex());",
                    "long commitIndex = node.commitIndex();"),
            new Mutant(
                    "duplicate-append-truncates",
                    "An AppendEntries that holds nothing new truncates what follows its entries.",
                    "corner case 12",
                    core("LogAcceptance"),
                    """
                    if (firstNew > entries.lastIndex()) {
                                return;
                    """,
                    """
                    if (firstNew > entries.lastIndex()) {
                                if (!entries.isEmpty() && firstNew <= node.log().lastIndex()) {
                                    node.truncateFrom(firstNew);
                                    effects.add(new Effect.TruncateLog(firstNew));
                                }
                                return;
                    """),
            new Mutant(
                    "previous-entry-not-compared",
                    "A follower appends without comparing the term of the entry before.",
                    "paper section 5.3",
                    core("LogAcceptance"),
                    "if (!prevCompacted && !node.log().matches(prev)) {",
                    "if (!prevCompacted && prev.index() > node.log().lastIndex()) {"),
            new Mutant(
                    "conflicting-entries-kept",
                    "Entries that are there already stay, whatever their term.",
                    "paper figure 2",
                    core("LogTerms"),
                    "if (runTerms[own] != run.term()) {",
                    "if (own < 0) {"),
            new Mutant(
                    "answers-of-an-earlier-term-count",
                    "A leader counts acknowledgements that it was given in an earlier term.",
                    "corner case 12",
                    core("RaftCore"),
                    """
                    if (node.role() instanceof Leader leader && response.term() == node.term()) {
                    """,
                    """
                    if (node.role() instanceof Leader leader) {
                    """));

    private ReplicationMutants() {}
}
