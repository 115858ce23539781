package io.quorate.engine.log;

import org.jspecify.annotations.Nullable;

/** The log's most recent entries in memory: a ring that grows. */
final class EntryCache {

    private @Nullable EntryFrame[] ring = new EntryFrame[256];
    private long first;
    private long last;
    private long bytes;

    /** An empty cache; the next entry has index {@code next}. */
    EntryCache(long next) {
        clear(next);
    }

    void clear(long next) {
        ring = new EntryFrame[256];
        first = next;
        last = next - 1;
        bytes = 0;
    }

    /** Index of the first entry held; one above the last if there is none. */
    long first() {
        return first;
    }

    long last() {
        return last;
    }

    long bytes() {
        return bytes;
    }

    boolean holds(long index) {
        return index >= first && index <= last;
    }

    EntryFrame get(long index) {
        EntryFrame entry = holds(index) ? ring[slot(index)] : null;
        if (entry == null) {
            throw new IllegalArgumentException("entry " + index + " is not in memory");
        }
        return entry;
    }

    void append(EntryFrame entry) {
        if (last - first + 1 == ring.length) {
            @Nullable EntryFrame[] larger = new EntryFrame[ring.length * 2];
            for (long index = first; index <= last; index++) {
                larger[(int) (index & (larger.length - 1))] = ring[slot(index)];
            }
            ring = larger;
        }
        last++;
        ring[slot(last)] = entry;
        bytes += entry.size();
    }

    void truncateFrom(long index) {
        while (last >= index && last >= first) {
            bytes -= get(last).size();
            ring[slot(last)] = null;
            last--;
        }
        if (last < first) {
            first = Math.min(first, index);
            last = first - 1;
        }
    }

    /** Drops the oldest entry. */
    void dropFirst() {
        bytes -= get(first).size();
        ring[slot(first)] = null;
        first++;
    }

    /** Drops the head, up to and including this index. */
    void dropTo(long index) {
        while (first <= last && first <= index) {
            dropFirst();
        }
        if (first <= index) {
            first = index + 1;
            last = index;
        }
    }

    private int slot(long index) {
        return (int) (index & (ring.length - 1));
    }
}
