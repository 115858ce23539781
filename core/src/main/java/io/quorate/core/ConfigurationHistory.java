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

    /** The last of them: asked for at every step. */
    private ConfigurationEntry latest;

    private Quorum quorum;

    /** Whether any of them has witnesses. Most clusters have none, and are not asked for each member. */
    private boolean anyWitnesses;

    ConfigurationHistory(SnapshotMeta snapshot, List<ConfigurationEntry> later) {
        entries.add(new ConfigurationEntry(snapshot.configurationIndex(), snapshot.configuration()));
        entries.addAll(later);
        latest = entries.getLast();
        quorum = new Quorum(latest.configuration());
        anyWitnesses = hasWitnesses(entries);
    }

    private static boolean hasWitnesses(List<ConfigurationEntry> entries) {
        return entries.stream()
                .anyMatch(entry -> !entry.configuration().witnesses().isEmpty());
    }

    /** Another configuration is in force. */
    private void takeLatest() {
        latest = entries.getLast();
        quorum = new Quorum(latest.configuration());
        anyWitnesses = hasWitnesses(entries);
    }

    Configuration current() {
        return latest.configuration();
    }

    /** The index of the entry that holds the current one. */
    long currentIndex() {
        return latest.index();
    }

    /** Whether any of the configurations that are remembered has witnesses. */
    boolean anyWitnesses() {
        return anyWitnesses;
    }

    Quorum quorum() {
        return quorum;
    }

    /** The latest configuration at or before {@code index}. */
    ConfigurationEntry at(long index) {
        if (latest.index() <= index) {
            return latest;
        }
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
        if (latest.index() < first) {
            return List.of();
        }
        return entries.stream()
                .filter(entry -> entry.index() >= first && entry.index() <= last)
                .toList();
    }

    void append(ConfigurationEntry entry) {
        BrokenInvariantException.require(
                entry.index() > latest.index(), () -> "configuration " + entry.index() + " is out of order");
        entries.add(entry);
        takeLatest();
    }

    /** Rolls back whatever came from this index on. */
    void truncateFrom(long index) {
        boolean changed = false;
        while (entries.size() > 1 && entries.getLast().index() >= index) {
            entries.removeLast();
            changed = true;
        }
        if (changed) {
            takeLatest();
        }
    }

    /** Forgets configurations that were superseded at or before this index. */
    void compactTo(long index) {
        while (entries.size() > 1 && entries.get(1).index() <= index) {
            entries.removeFirst();
            anyWitnesses = hasWitnesses(entries);
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
        takeLatest();
    }
}
