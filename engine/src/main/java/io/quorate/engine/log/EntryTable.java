package io.quorate.engine.log;

import java.util.ArrayList;
import java.util.List;

/**
 * Sizes and places of consecutive entries in 16 bytes each: for every entry the sum of sizes up to it, and where it lies.
 * In chunks, so that the head can be dropped and the tail grow without copying.
 */
final class EntryTable {

    /** The place of an entry that is in no segment yet. */
    static final long NOWHERE = -1;

    private static final int CHUNK_ENTRIES = 1024;

    private static final class Chunk {
        private final long[] ends = new long[CHUNK_ENTRIES];
        private final long[] places = new long[CHUNK_ENTRIES];
    }

    private final List<Chunk> chunks = new ArrayList<>();
    /** The index that the first slot of the first chunk stands for. */
    private long origin;

    private long first;
    private long last;
    /** The sum of sizes before the first entry; only differences mean anything. */
    private long startEnd;

    /** An empty table whose first entry will have index {@code first}. */
    EntryTable(long first) {
        clear(first);
    }

    void clear(long next) {
        chunks.clear();
        origin = next;
        first = next;
        last = next - 1;
        startEnd = 0;
    }

    long first() {
        return first;
    }

    long last() {
        return last;
    }

    void append(int size, long place) {
        long end = end(last) + size;
        last++;
        int slot = (int) (last - origin);
        if (slot / CHUNK_ENTRIES == chunks.size()) {
            chunks.add(new Chunk());
        }
        Chunk chunk = chunks.get(slot / CHUNK_ENTRIES);
        chunk.ends[slot % CHUNK_ENTRIES] = end;
        chunk.places[slot % CHUNK_ENTRIES] = place;
    }

    /** Drops the tail, from this index on. */
    void truncateFrom(long index) {
        last = Math.min(last, index - 1);
        int keep = (int) ((last - origin + CHUNK_ENTRIES) / CHUNK_ENTRIES);
        while (chunks.size() > keep) {
            chunks.removeLast();
        }
    }

    /** Drops the head, up to and including this index, which is one of the table. */
    void dropTo(long index) {
        startEnd = end(index);
        first = index + 1;
        int whole = (int) ((first - origin) / CHUNK_ENTRIES);
        chunks.subList(0, whole).clear();
        origin += (long) whole * CHUNK_ENTRIES;
    }

    /** The sum of sizes up to this entry, or the one before the first. */
    private long end(long index) {
        if (index == first - 1) {
            return startEnd;
        }
        int slot = (int) (index - origin);
        return chunks.get(slot / CHUNK_ENTRIES).ends[slot % CHUNK_ENTRIES];
    }

    long bytes(long from, long to) {
        return to < from ? 0 : end(to) - end(from - 1);
    }

    /** The greatest index from {@code from} to {@code to} such that the entries up to it take at most maxBytes. */
    long lastWithin(long from, long to, long maxBytes) {
        long start = end(from - 1);
        long low = from;
        long high = to;
        while (low < high) {
            long middle = low + (high - low + 1) / 2;
            if (end(middle) - start <= maxBytes) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    long place(long index) {
        int slot = (int) (index - origin);
        return chunks.get(slot / CHUNK_ENTRIES).places[slot % CHUNK_ENTRIES];
    }

    void setPlace(long index, long place) {
        int slot = (int) (index - origin);
        chunks.get(slot / CHUNK_ENTRIES).places[slot % CHUNK_ENTRIES] = place;
    }
}
