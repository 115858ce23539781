package io.quorate.core;

import io.quorate.core.EntryBatch.TermRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the core knows of its log: the term of every entry, kept as runs, and how much of it is durable.
 *
 * <pre>
 *   compacted      | start.index + 1 ...       synced           ... lastIndex |
 *   (in a snapshot)|  durable here                  | asked to be written     |
 * </pre>
 *
 * A log has a few terms and millions of entries, so the runs are few, and almost every question is about the last one.
 */
final class LogTerms {

    private EntryId start;
    private long[] runTerms = new long[8];
    /** First index of each run; a run ends where the next begins, the last one at {@link #lastIndex}. */
    private long[] runStarts = new long[8];

    private int runs;
    private long lastIndex;
    private long syncedIndex;

    /**
     * The entries that were dropped before their write was known to be durable. Such a write may still complete, and an
     * entry dropped so may come back later under the same id, asked to be written a second time: the first completion
     * says nothing about the second write (corner case 14). So completions of these are not believed, until one shows
     * that something written after they were dropped is durable: writes become durable in order. The leader whose log
     * brought an entry back has one of a later term behind it, which does so.
     */
    private List<Dropped> doubtful = List.of();

    /** What the log holds from here on was asked to be written after the last of the doubtful entries was dropped. */
    private long writtenSinceFrom;

    /** A run of entries that are not in the log any more. */
    private record Dropped(long term, long firstIndex, long lastIndex) {

        boolean holds(EntryId id) {
            return id.term() == term && id.index() >= firstIndex && id.index() <= lastIndex;
        }
    }

    LogTerms(EntryId start, EntryBatch entries) {
        this.start = start;
        this.lastIndex = start.index();
        BrokenInvariantException.require(
                entries.isEmpty() || entries.firstIndex() == start.index() + 1,
                () -> "the log begins at " + entries.firstIndex() + ", after a snapshot of " + start);
        for (TermRun run : entries.terms()) {
            append(run.term(), run.lastIndex());
        }
        this.syncedIndex = lastIndex;
    }

    /** The entry before the first one: compacted, or the origin. */
    EntryId start() {
        return start;
    }

    long lastIndex() {
        return lastIndex;
    }

    long lastTerm() {
        return runs == 0 ? start.term() : runTerms[runs - 1];
    }

    EntryId last() {
        return new EntryId(lastTerm(), lastIndex);
    }

    /** The last index known to be durable here. */
    long syncedIndex() {
        return syncedIndex;
    }

    /** Whether the term of the entry at this index is known: it is in the log, or is the one just before it. */
    boolean knows(long index) {
        return index >= start.index() && index <= lastIndex;
    }

    long termAt(long index) {
        if (!knows(index)) {
            throw new BrokenInvariantException("no entry at " + index);
        }
        return index == start.index() ? start.term() : runTerms[runOf(index)];
    }

    EntryId idAt(long index) {
        return new EntryId(termAt(index), index);
    }

    boolean matches(EntryId id) {
        return knows(id.index()) && termAt(id.index()) == id.term();
    }

    /**
     * The greatest entry at or below {@code index} whose term is not above {@code term}: entries between have terms
     * that a log with {@code term} at {@code index} cannot have.
     */
    EntryId lastAtOrBelow(long index, long term) {
        long candidate = Math.min(index, lastIndex);
        while (candidate > start.index()) {
            int run = runOf(candidate);
            if (runTerms[run] <= term) {
                return new EntryId(runTerms[run], candidate);
            }
            candidate = runStarts[run] - 1;
        }
        return start;
    }

    /** The first index of {@code run}'s entries from {@code from} on that this log holds in another term, or lacks. */
    long firstDifference(long from, TermRun run) {
        long index = from;
        while (index <= run.lastIndex() && index <= lastIndex) {
            int own = runOf(index);
            if (runTerms[own] != run.term()) {
                return index;
            }
            index = runEnd(own) + 1;
        }
        return Math.min(index, run.lastIndex() + 1);
    }

    /** Appends entries of one term, up to {@code newLastIndex}. */
    void append(long term, long newLastIndex) {
        BrokenInvariantException.require(
                newLastIndex > lastIndex && term >= lastTerm(),
                () -> "cannot append up to " + term + "/" + newLastIndex + " to a log that ends at " + lastTerm() + "/"
                        + lastIndex);
        if (runs == 0 || runTerms[runs - 1] != term) {
            if (runs == runTerms.length) {
                runTerms = Arrays.copyOf(runTerms, runs * 2);
                runStarts = Arrays.copyOf(runStarts, runs * 2);
            }
            runTerms[runs] = term;
            runStarts[runs] = lastIndex + 1;
            runs++;
        }
        lastIndex = newLastIndex;
    }

    /** Drops the tail, from this index on. */
    void truncateFrom(long index) {
        BrokenInvariantException.require(
                index > start.index() && index <= lastIndex, () -> "cannot truncate from " + index);
        doubt(Math.max(index, syncedIndex + 1));
        while (runs > 0 && runStarts[runs - 1] >= index) {
            runs--;
        }
        lastIndex = index - 1;
        syncedIndex = Math.min(syncedIndex, lastIndex);
    }

    /** Drops the head, up to and including this index. */
    void compactTo(long index) {
        EntryId newStart = idAt(index);
        int dropped = 0;
        while (dropped < runs && runEnd(dropped) <= index) {
            dropped++;
        }
        System.arraycopy(runTerms, dropped, runTerms, 0, runs - dropped);
        System.arraycopy(runStarts, dropped, runStarts, 0, runs - dropped);
        runs -= dropped;
        if (runs > 0) {
            runStarts[0] = Math.max(runStarts[0], index + 1);
        }
        start = newStart;
        syncedIndex = Math.max(syncedIndex, index);
    }

    /** Drops everything: the log is empty and begins after {@code newStart}, which is durable. */
    void resetTo(EntryId newStart) {
        // Completions at or below the new start say nothing new, whatever their term.
        doubt(Math.max(newStart.index(), syncedIndex) + 1);
        runs = 0;
        start = newStart;
        lastIndex = newStart.index();
        syncedIndex = newStart.index();
    }

    /** The entries from this index on, if there are any, are about to be dropped and may not be durable. */
    private void doubt(long from) {
        if (from > lastIndex) {
            return;
        }
        List<Dropped> dropped = new ArrayList<>(doubtful);
        long first = from;
        for (TermRun run : terms(from, lastIndex)) {
            dropped.add(new Dropped(run.term(), first, run.lastIndex()));
            first = run.lastIndex() + 1;
        }
        doubtful = dropped;
        writtenSinceFrom = from;
    }

    /**
     * Takes note that everything handed to the log up to this entry is durable.
     *
     * @return whether more is known to be durable now
     */
    boolean synced(EntryId id) {
        if (id.index() <= syncedIndex || !matches(id) || isDoubtful(id)) {
            return false;
        }
        if (id.index() >= writtenSinceFrom) {
            doubtful = List.of();
        }
        syncedIndex = id.index();
        return true;
    }

    private boolean isDoubtful(EntryId id) {
        for (Dropped run : doubtful) {
            if (run.holds(id)) {
                return true;
            }
        }
        return false;
    }

    /** The terms of the entries from {@code first} to {@code last}, both inclusive, as runs. */
    List<TermRun> terms(long first, long last) {
        int run = runOf(first);
        if (runEnd(run) >= last) {
            return List.of(new TermRun(runTerms[run], last));
        }
        List<TermRun> result = new ArrayList<>();
        for (; run < runs && runStarts[run] <= last; run++) {
            result.add(new TermRun(runTerms[run], Math.min(runEnd(run), last)));
        }
        return result;
    }

    private int runOf(long index) {
        int run = runs - 1;
        while (runStarts[run] > index) {
            run--;
        }
        return run;
    }

    private long runEnd(int run) {
        return run == runs - 1 ? lastIndex : runStarts[run + 1] - 1;
    }
}
