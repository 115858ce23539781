package io.quorate.engine.log;

import io.quorate.core.EntryBatch;
import io.quorate.core.EntryBatch.ConfigurationEntry;
import io.quorate.core.EntryBatch.TermRun;
import io.quorate.core.EntryId;
import io.quorate.core.SnapshotMeta;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The names, sizes and places of a log's entries, without their content. */
final class EntryIndex {

    private final EntryTable table;
    private final List<TermRun> terms = new ArrayList<>();
    private final List<ConfigurationEntry> configurations = new ArrayList<>();
    /** The entry before the first one. */
    private EntryId base;
    /** The last entry that was appended with its command, and without it; 0 if there was none. */
    private long lastCommand;

    private long lastWitnessed;

    EntryIndex(EntryId base) {
        this.base = base;
        this.table = new EntryTable(base.index() + 1);
    }

    EntryTable table() {
        return table;
    }

    EntryId base() {
        return base;
    }

    void append(EntryFrame entry, long place) throws CorruptFrameException {
        long index = entry.index();
        if (entry.kind() == EntryKind.CONFIGURATION) {
            configurations.add(new ConfigurationEntry(index, ConfigurationCodec.decode(entry.payload())));
        }
        noteKind(entry.kind(), index);
        long term = entry.term();
        if (!terms.isEmpty() && terms.getLast().term() == term) {
            runEnd = index;
        } else {
            closeRun();
            terms.add(new TermRun(term, index));
            runEnd = index;
        }
        table.append(entry.size(), place);
    }

    private void noteKind(EntryKind kind, long index) {
        switch (kind) {
            case COMMAND -> lastCommand = index;
            case WITNESSED -> lastWitnessed = index;
            case NO_OP, CONFIGURATION -> {}
        }
    }

    /** Whether a command came with its content since the log was opened, be it dropped again or not. */
    boolean hadCommands() {
        return lastCommand > 0;
    }

    /** Whether a command came without its content since the log was opened, be it dropped again or not. */
    boolean hadWitnessed() {
        return lastWitnessed > 0;
    }

    /** How far the last run reaches: kept apart, so that appending allocates nothing. */
    private long runEnd;

    private void closeRun() {
        if (!terms.isEmpty() && terms.getLast().lastIndex() != runEnd) {
            terms.set(terms.size() - 1, new TermRun(terms.getLast().term(), runEnd));
        }
    }

    void truncateFrom(long index) {
        closeRun();
        table.truncateFrom(index);
        while (!configurations.isEmpty() && configurations.getLast().index() >= index) {
            configurations.removeLast();
        }
        while (!terms.isEmpty() && previousRunEnd(terms.size() - 1) >= index - 1) {
            terms.removeLast();
        }
        if (!terms.isEmpty()) {
            runEnd = Math.min(terms.getLast().lastIndex(), index - 1);
            closeRun();
        }
    }

    private long previousRunEnd(int run) {
        return run == 0 ? base.index() : terms.get(run - 1).lastIndex();
    }

    /** Drops the head, up to and including an entry that is there. */
    void dropTo(EntryId id) {
        closeRun();
        table.dropTo(id.index());
        terms.removeIf(run -> run.lastIndex() <= id.index());
        configurations.removeIf(entry -> entry.index() <= id.index());
        base = id;
    }

    /** Drops all entries; the next one follows {@code id}. */
    void clear(EntryId id) {
        table.clear(id.index() + 1);
        terms.clear();
        configurations.clear();
        base = id;
    }

    EntryId last() {
        return terms.isEmpty() ? base : new EntryId(terms.getLast().term(), runEnd);
    }

    long lastTerm() {
        return terms.isEmpty() ? base.term() : terms.getLast().term();
    }

    /** The id of an entry that is there, or of the one before the first. */
    EntryId idAt(long index) {
        return index == base.index() ? base : new EntryId(termAt(index), index);
    }

    /** The term of an entry that is there, or of the one before the first. */
    long termAt(long index) {
        if (index == base.index()) {
            return base.term();
        }
        if (index <= base.index() || index > table.last()) {
            throw new IllegalArgumentException("entry " + index + " is not in the log, which reaches from "
                    + table.first() + " to " + table.last());
        }
        for (int run = terms.size() - 1; run > 0; run--) {
            if (terms.get(run - 1).lastIndex() < index) {
                return terms.get(run).term();
            }
        }
        return terms.getFirst().term();
    }

    /** The beginning that the log would have if it were compacted to this entry. */
    Start startAt(long index, SnapshotMeta start, OptionalLong chainHash) {
        return new Start(metaAt(index, start), chainHash);
    }

    SnapshotMeta metaAt(long index, SnapshotMeta start) {
        EntryId id = idAt(index);
        for (int i = configurations.size() - 1; i >= 0; i--) {
            ConfigurationEntry entry = configurations.get(i);
            if (entry.index() <= index) {
                return new SnapshotMeta(id, entry.configuration(), entry.index());
            }
        }
        return new SnapshotMeta(id, start.configuration(), start.configurationIndex());
    }

    EntryBatch names() {
        closeRun();
        return new EntryBatch(table.first(), terms, configurations);
    }
}
