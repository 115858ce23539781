package io.quorate.engine.log;

import io.quorate.core.EntryId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a log held before it was damaged: its last entry, by whose chain hash all its entries are known, and those entries
 * that are still intact, behind the damage. If it ended even before what is kept of it, no entries are missing between the two.
 *
 * <p>Immutable.
 */
public final class LogGap {

    private final long keptIndex;
    private final EntryId last;
    private final long lastChain;
    private final NavigableMap<Long, List<EntryFrame>> salvaged;

    /**
     * @param keptIndex the last entry that the log has now: the last before the damage, or the snapshot at which it begins
     * @param last the last entry that the log had
     * @param lastChain the chain hash there
     * @param salvaged whole entries from behind the damage, by index; some may never have been this log's, or have been
     *     overwritten
     */
    LogGap(long keptIndex, EntryId last, long lastChain, Map<Long, List<EntryFrame>> salvaged) {
        this.keptIndex = keptIndex;
        this.last = last;
        this.lastChain = lastChain;
        this.salvaged = new TreeMap<>(salvaged);
    }

    /** The last entry that the log had. */
    public EntryId last() {
        return last;
    }

    /** The chain hash at that entry. */
    public long lastChain() {
        return lastChain;
    }

    /** The entry of this index and chain hash, if it was salvaged. */
    public Optional<EntryFrame> salvaged(long index, long chainHash) {
        return salvaged(index).stream()
                .filter(entry -> entry.chainHash() == chainHash)
                .findFirst();
    }

    /** All entries of this index that were salvaged. */
    public List<EntryFrame> salvaged(long index) {
        return salvaged.getOrDefault(index, List.of());
    }

    /** The first of the indexes of which nothing was salvaged, so many at most. */
    public List<Long> damaged(int most) {
        List<Long> damaged = new ArrayList<>();
        for (long index = keptIndex + 1; index <= last.index() && damaged.size() < most; index++) {
            if (salvaged(index).isEmpty()) {
                damaged.add(index);
            }
        }
        return damaged;
    }

    /** Of how many indexes up to this one nothing was salvaged; they may be more than could be listed. */
    public long damagedUpTo(long index) {
        long end = Math.min(index, last.index());
        return end <= keptIndex
                ? 0
                : end - keptIndex - salvaged.subMap(keptIndex, false, end, true).size();
    }

    @Override
    public String toString() {
        return "Before the damage the log ended with " + last
                + (last.index() < keptIndex
                        ? ", before the snapshot at which it begins now: its end was lost as well."
                        : "; of the entries from " + (keptIndex + 1) + " on " + damagedUpTo(last.index())
                                + " are damaged, which this member asks the others for.");
    }
}
