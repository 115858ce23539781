package io.quorate.core;

import io.quorate.core.EntryBatch.ConfigurationEntry;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.Quorum;
import java.util.ArrayList;
import java.util.List;

/**
 * The configurations of the log, the latest of which is in force from the moment it is appended (thesis 4.1), and is no
 * longer when its entry is truncated (corner case 17).
 */
final class ConfigurationHistory {

    /** By increasing index; the first is the one in force where the log begins, and is never dropped. */
    private final List<ConfigurationEntry> entries = new ArrayList<>();

    private Quorum quorum;

    ConfigurationHistory(SnapshotMeta snapshot, List<ConfigurationEntry> later) {
        entries.add(new ConfigurationEntry(snapshot.configurationIndex(), snapshot.configuration()));
        entries.addAll(later);
        quorum = new Quorum(entries.getLast().configuration());
    }

    Configuration current() {
        return entries.getLast().configuration();
    }

    /** The index of the entry that holds the current one. */
    long currentIndex() {
        return entries.getLast().index();
    }

    Quorum quorum() {
        return quorum;
    }

    /** The latest configuration at or before {@code index}. */
    ConfigurationEntry at(long index) {
        for (int i = entries.size() - 1; i > 0; i--) {
            if (entries.get(i).index() <= index) {
                return entries.get(i);
            }
        }
        return entries.getFirst();
    }

    /** The configuration entries from {@code first} to {@code last}, both inclusive. */
    List<ConfigurationEntry> between(long first, long last) {
        // Almost always there is none: the latest lies before every entry that is still to be sent.
        if (entries.getLast().index() < first) {
            return List.of();
        }
        return entries.stream()
                .filter(entry -> entry.index() >= first && entry.index() <= last)
                .toList();
    }

    void append(ConfigurationEntry entry) {
        BrokenInvariantException.require(
                entry.index() > entries.getLast().index(), () -> "configuration " + entry.index() + " is out of order");
        entries.add(entry);
        quorum = new Quorum(entry.configuration());
    }

    /** Rolls back whatever came from this index on. */
    void truncateFrom(long index) {
        boolean changed = false;
        while (entries.size() > 1 && entries.getLast().index() >= index) {
            entries.removeLast();
            changed = true;
        }
        if (changed) {
            quorum = new Quorum(current());
        }
    }

    /** Forgets configurations that were superseded at or before this index. */
    void compactTo(long index) {
        while (entries.size() > 1 && entries.get(1).index() <= index) {
            entries.removeFirst();
        }
    }

    /**
     * The log now begins at a snapshot, whose configuration replaces all up to it (corner case 18).
     *
     * @param keepTail whether the entries after the snapshot stay, and with them their configurations
     */
    void install(SnapshotMeta snapshot, boolean keepTail) {
        List<ConfigurationEntry> tail = keepTail ? between(snapshot.last().index() + 1, Long.MAX_VALUE) : List.of();
        entries.clear();
        entries.add(new ConfigurationEntry(snapshot.configurationIndex(), snapshot.configuration()));
        entries.addAll(tail);
        quorum = new Quorum(current());
    }
}
