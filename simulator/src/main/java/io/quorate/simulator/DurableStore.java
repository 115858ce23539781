package io.quorate.simulator;

import io.quorate.kv.HeapStore;

/** What of a member's store survives its process: the content as of the last flush. */
final class DurableStore {

    private HeapStore flushed = new HeapStore();
    private long appliedIndex;

    /** The index that the flushed content stands at. */
    long appliedIndex() {
        return appliedIndex;
    }

    void save(HeapStore content, long index) {
        flushed = content.copy();
        appliedIndex = index;
    }

    /** Forgets everything. */
    void clear() {
        flushed = new HeapStore();
        appliedIndex = 0;
    }

    /** The content as of the last flush, in a store of its own. */
    HeapStore load() {
        return flushed.copy();
    }
}
