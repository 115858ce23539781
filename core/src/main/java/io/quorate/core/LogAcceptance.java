package io.quorate.core;

import io.quorate.core.EntryBatch.ConfigurationEntry;
import io.quorate.core.EntryBatch.TermRun;
import io.quorate.core.quorum.MemberId;

/** Takes over the leader's log: the follower's half of AppendEntries (paper section 5.3, figure 2). */
final class LogAcceptance {

    private final NodeState node;
    private final Effects effects;

    LogAcceptance(NodeState node, Effects effects) {
        this.node = node;
        this.effects = effects;
    }

    /** The sender is followed already. */
    void handle(MemberId from, Message.AppendRequest request) {
        if (node.installingSnapshot()) {
            // The log is being replaced on disk. The leader asks again.
            return;
        }
        EntryId prev = request.prev();
        // What is compacted was committed, and so is in every later leader's log: it needs no comparison.
        boolean prevCompacted = prev.index() < node.log().start().index();
        if (!prevCompacted && !node.log().matches(prev)) {
            reject(from, prev);
            return;
        }
        long verified = request.entries().lastIndex();
        if (verified > node.log().start().index()) {
            takeOver(request.entries());
        }
        boolean commitIsNews = node.commitTo(Math.min(request.commitIndex(), verified));
        // A request that brings a commit index and nothing else asks for no answer: what it could say was said when the
        // entries came. If that was lost the leader asks again, and then the commit index is no news.
        if (!commitIsNews || !request.entries().isEmpty()) {
            effects.sendAfterSync(from, new Message.AppendAccepted(node.term(), verified));
        }
    }

    private void reject(MemberId from, EntryId prev) {
        BrokenInvariantException.require(
                prev.index() > node.commitIndex(),
                () -> "the leader has " + prev + " where " + node.commitIndex() + " is committed here");
        EntryId hint = node.log().lastAtOrBelow(prev.index(), prev.term());
        effects.sendAfterSync(from, new Message.AppendRejected(node.term(), prev.index(), hint));
    }

    /**
     * Appends what is new. Entries that are there already stay, whatever follows them: the request may be an old one
     * that took a long way (corner case 12). Only a contradiction truncates.
     */
    private void takeOver(EntryBatch entries) {
        long firstNew = firstDifference(entries);
        if (firstNew > entries.lastIndex()) {
            return;
        }
        if (firstNew <= node.log().lastIndex()) {
            node.truncateFrom(firstNew);
            effects.add(new Effect.TruncateLog(firstNew));
        }
        for (TermRun run : entries.terms()) {
            if (run.lastIndex() >= firstNew) {
                node.append(run);
            }
        }
        for (ConfigurationEntry configuration : entries.configurations()) {
            if (configuration.index() >= firstNew) {
                node.append(configuration);
            }
        }
        effects.add(new Effect.AppendReceived(firstNew, entries.lastIndex()));
    }

    /** The index of the first entry that the log lacks, or holds in another term. */
    private long firstDifference(EntryBatch entries) {
        long from = Math.max(entries.firstIndex(), node.log().start().index() + 1);
        for (TermRun run : entries.terms()) {
            if (run.lastIndex() >= from) {
                long difference = node.log().firstDifference(from, run);
                if (difference <= run.lastIndex()) {
                    return difference;
                }
                from = difference;
            }
        }
        return from;
    }
}
