package io.quorate.core;

import io.quorate.core.EntryBatch.ConfigurationEntry;
import io.quorate.core.EntryBatch.TermRun;
import io.quorate.core.quorum.Configuration;
import java.util.ArrayList;
import java.util.List;

/** What a member's disk holds: hard state, log, snapshot and state machine. Writes change it at once. */
final class SimulatedDisk {

    /** A snapshot with its content: the digest of the state machine at its last entry. */
    record Snapshot(SnapshotMeta meta, long digest) {}

    HardState hardState = HardState.INITIAL;
    Snapshot snapshot;
    /** The entry before the first one. */
    EntryId start;

    List<TestEntry> log = new ArrayList<>();
    long appliedIndex;
    long digest;
    Suspension suspension = Suspension.NONE;

    SimulatedDisk(SnapshotMeta bootstrap) {
        snapshot = new Snapshot(bootstrap, 0);
        start = bootstrap.last();
    }

    SimulatedDisk copy() {
        SimulatedDisk copy = new SimulatedDisk(snapshot.meta());
        copy.hardState = hardState;
        copy.snapshot = snapshot;
        copy.start = start;
        copy.log = new ArrayList<>(log);
        copy.appliedIndex = appliedIndex;
        copy.digest = digest;
        copy.suspension = suspension;
        return copy;
    }

    long lastIndex() {
        return start.index() + log.size();
    }

    boolean holds(long index) {
        return index > start.index() && index <= lastIndex();
    }

    TestEntry entry(long index) {
        if (!holds(index)) {
            throw new AssertionError("no entry " + index + " in " + start + " .. " + lastIndex());
        }
        return log.get((int) (index - start.index() - 1));
    }

    EntryId idAt(long index) {
        return index == start.index() ? start : entry(index).id();
    }

    void append(List<TestEntry> entries) {
        if (entries.getFirst().id().index() != lastIndex() + 1) {
            throw new AssertionError("append of " + entries.getFirst() + " to a log that ends at " + lastIndex());
        }
        log.addAll(entries);
    }

    void truncateFrom(long index) {
        if (!holds(index)) {
            throw new AssertionError("truncation from " + index + " of a log that ends at " + lastIndex());
        }
        log.subList((int) (index - start.index() - 1), log.size()).clear();
    }

    void compactTo(long index) {
        EntryId newStart = idAt(index);
        log.subList(0, (int) (index - start.index())).clear();
        start = newStart;
    }

    void install(Snapshot received, boolean keepLogTail) {
        long index = received.meta().last().index();
        if (keepLogTail) {
            if (!idAt(index).equals(received.meta().last())) {
                throw new AssertionError("the log does not match " + received + " and its tail was to be kept");
            }
            compactTo(index);
        } else {
            log.clear();
            start = received.meta().last();
        }
        snapshot = received;
        if (appliedIndex < index) {
            appliedIndex = index;
            digest = received.digest();
        }
    }

    /** The one in force as of the last entry. */
    Configuration configuration() {
        return log.reversed().stream()
                .flatMap(entry -> entry.configuration().stream())
                .findFirst()
                .orElse(snapshot.meta().configuration());
    }

    /** What the engine would find on it when it starts. A log may begin before the snapshot: that part is dropped. */
    RestoredState restore() {
        EntryId last = snapshot.meta().last();
        if (last.index() > lastIndex()) {
            // A damaged log that has not caught up with what had been applied.
            log.clear();
            start = last;
        } else if (last.index() > start.index()) {
            compactTo(last.index());
        }
        long first = start.index() + 1;
        List<TestEntry> entries = List.copyOf(log);
        return new RestoredState(
                hardState, snapshot.meta(), batch(first, entries), Math.max(appliedIndex, last.index()), suspension);
    }

    static EntryBatch batch(long first, List<TestEntry> entries) {
        List<TermRun> terms = new ArrayList<>();
        List<ConfigurationEntry> configurations = new ArrayList<>();
        for (TestEntry entry : entries) {
            if (!terms.isEmpty() && terms.getLast().term() == entry.id().term()) {
                terms.removeLast();
            }
            terms.add(new TermRun(entry.id().term(), entry.id().index()));
            entry.configuration()
                    .ifPresent(configuration ->
                            configurations.add(new ConfigurationEntry(entry.id().index(), configuration)));
        }
        return new EntryBatch(first, terms, configurations);
    }
}
