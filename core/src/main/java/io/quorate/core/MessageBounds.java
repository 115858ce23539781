package io.quorate.core;

import io.quorate.core.EntryBatch.ConfigurationEntry;
import io.quorate.core.EntryBatch.TermRun;
import io.quorate.core.Suspicion.Kind;
import java.util.Optional;

/**
 * What any message must keep to, whatever the state of its sender and of its receiver: a pure function of the message, and of the term
 * that it meets.
 *
 * <p>The bounds are absurdly wide on purpose. A cluster that elects a leader each 10 ms gets to {@link #MAX_TERM_JUMP} after a year and
 * a half of nothing else, and one that commits a million entries a second to {@link #MAX_INDEX} after two thousand years; but a single
 * message with the last term that there is would leave no term to elect anybody in.
 */
final class MessageBounds {

    /** By so many terms at most a member is behind another. */
    static final long MAX_TERM_JUMP = 1L << 32;

    /** After this one there is no term. */
    static final long MAX_TERM = 1L << 62;

    /** No log is longer. */
    static final long MAX_INDEX = 1L << 56;

    private MessageBounds() {}

    /** What is wrong with a message that comes to a member in this term, if anything is. */
    static Optional<Suspicion> judge(Message message, long ownTerm) {
        long term = message.term();
        if (term < 0 || term > MAX_TERM || term - ownTerm > MAX_TERM_JUMP) {
            return impossibleTerm("speaks in term " + term + ", where term " + ownTerm + " is the latest known");
        }
        return switch (message) {
            case Message.PreVoteRequest request -> candidate(request.last(), term);
            case Message.VoteRequest request -> candidate(request.last(), term);
            case Message.AppendRequest request ->
                entry(request.prev(), term)
                        .or(() -> index(request.commitIndex()))
                        .or(() -> batch(request));
            case Message.AppendAccepted response -> index(response.matchIndex());
            case Message.AppendRejected response ->
                entry(response.hint(), term)
                        .or(() -> index(response.rejectedPrevIndex()))
                        .or(() -> hint(response));
            case Message.Heartbeat heartbeat -> index(heartbeat.commitIndex());
            case Message.ReadIndexResponse response -> index(response.index());
            case Message.SnapshotChunk chunk ->
                entry(chunk.snapshot().last(), term).or(() -> piece(chunk));
            case Message.SnapshotChunkResponse response -> entry(response.snapshot(), term);
            case Message.RepairResponse response -> entry(response.last(), term);
            case Message.SnapshotRequest request -> index(request.fromIndex()).or(() -> index(request.refusedIndex()));
            case Message.PreVoteResponse response -> Optional.empty();
            case Message.VoteResponse response -> Optional.empty();
            case Message.HeartbeatResponse response -> Optional.empty();
            case Message.ReadIndexRequest request -> Optional.empty();
            case Message.TimeoutNow request -> Optional.empty();
            case Message.RepairRequest request -> Optional.empty();
        };
    }

    /** A term that one campaigns in is later than any in one's log. */
    private static Optional<Suspicion> candidate(EntryId last, long term) {
        return last.term() >= term
                ? impossibleTerm("campaigns in term " + term + " with a log that ends at " + last)
                : index(last.index());
    }

    /** Whoever has an entry knows its term. */
    private static Optional<Suspicion> entry(EntryId id, long term) {
        return id.term() > term
                ? impossibleTerm("names the entry " + id + " in term " + term + ", which is earlier")
                : index(id.index());
    }

    private static Optional<Suspicion> index(long index) {
        return index < 0 || index > MAX_INDEX
                ? impossibleIndex("names the index " + index + ", which no log gets to")
                : Optional.empty();
    }

    /** The entries continue each other, in terms that do not become earlier again, up to the leader's own. */
    private static Optional<Suspicion> batch(Message.AppendRequest request) {
        EntryBatch batch = request.entries();
        if (batch.firstIndex() != request.prev().index() + 1) {
            return impossibleIndex("sends entries from " + batch.firstIndex() + " on after " + request.prev());
        }
        long term = request.prev().term();
        long end = request.prev().index();
        for (TermRun run : batch.terms()) {
            if (run.term() < Math.max(1, term) || run.term() > request.term()) {
                return impossibleTerm("sends an entry of term " + run.term() + " after one of term " + term
                        + ", in term " + request.term());
            }
            if (run.lastIndex() <= end || run.lastIndex() > MAX_INDEX) {
                return impossibleIndex("sends entries up to " + run.lastIndex() + " after those up to " + end);
            }
            term = run.term();
            end = run.lastIndex();
        }
        return configurations(batch);
    }

    private static Optional<Suspicion> configurations(EntryBatch batch) {
        long after = batch.firstIndex() - 1;
        for (ConfigurationEntry entry : batch.configurations()) {
            if (entry.index() <= after || entry.index() > batch.lastIndex()) {
                return impossibleIndex("sends a configuration at " + entry.index() + " among entries from "
                        + batch.firstIndex() + " to " + batch.lastIndex());
            }
            after = entry.index();
        }
        return Optional.empty();
    }

    private static Optional<Suspicion> hint(Message.AppendRejected response) {
        return response.hint().index() > response.rejectedPrevIndex()
                ? impossibleIndex("lacks the entry at " + response.rejectedPrevIndex() + " and hints at "
                        + response.hint() + ", which is later")
                : Optional.empty();
    }

    private static Optional<Suspicion> piece(Message.SnapshotChunk chunk) {
        long last = chunk.snapshot().last().index();
        if (chunk.snapshot().configurationIndex() < 0 || chunk.snapshot().configurationIndex() > last) {
            return impossibleIndex("sends a snapshot up to " + last + " with the configuration of "
                    + chunk.snapshot().configurationIndex());
        }
        boolean within = chunk.offset() >= 0
                && chunk.length() >= 0
                && chunk.total() >= chunk.offset()
                && chunk.length() <= chunk.total() - chunk.offset();
        return within
                ? Optional.empty()
                : impossibleIndex("sends " + chunk.length() + " bytes at " + chunk.offset() + " of a snapshot of "
                        + chunk.total() + " bytes");
    }

    private static Optional<Suspicion> impossibleTerm(String what) {
        return Optional.of(new Suspicion(Kind.IMPOSSIBLE_TERM, what));
    }

    private static Optional<Suspicion> impossibleIndex(String what) {
        return Optional.of(new Suspicion(Kind.IMPOSSIBLE_INDEX, what));
    }
}
