package io.quorate.simulator;

import io.quorate.kv.HeapStore;
import io.quorate.kv.OrderedStore;
import io.quorate.kv.WriteBatch;
import java.util.Optional;

/** What of a member's store survives its process: the content as of the last flush. */
final class DurableStore {

    /** A cursor holds the tree that was current when it was opened, and costs nothing until it is read. */
    private Optional<OrderedStore.Cursor> flushed = Optional.empty();

    private long appliedIndex;

    /** The index that the flushed content stands at. */
    long appliedIndex() {
        return appliedIndex;
    }

    void save(HeapStore content, long index) {
        flushed = Optional.of(content.cursor());
        appliedIndex = index;
    }

    /** Forgets everything. */
    void clear() {
        flushed = Optional.empty();
        appliedIndex = 0;
    }

    /** The content as of the last flush, in a store of its own. */
    HeapStore load() {
        HeapStore store = new HeapStore();
        if (flushed.isPresent()) {
            OrderedStore.Cursor cursor = flushed.get();
            WriteBatch batch = new WriteBatch();
            for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                batch.put(cursor.key(), cursor.value());
            }
            store.write(batch);
        }
        return store;
    }
}
