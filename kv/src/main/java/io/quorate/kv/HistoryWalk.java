package io.quorate.kv;

import java.util.List;

/** Walks over the changes in a store's history, one by one and the oldest first. */
final class HistoryWalk {
    private final OrderedStore.Cursor cursor;

    /** Those of the record at hand; empty behind the last record. */
    private List<HistoryRecord.Change> changes = List.of();

    private int place;

    /** Begins at the first change of a revision, or a later one if that has none; the cursor is moved, but not closed. */
    HistoryWalk(OrderedStore.Cursor cursor, long revision) {
        this.cursor = cursor;
        cursor.seek(StoreKeys.history(revision, 0));
        read();
        while (place < changes.size() && change().revision() < revision) {
            place++;
        }
    }

    /** Whether it is at a change, and that is not of a later revision. */
    boolean isUpTo(long revision) {
        return place < changes.size() && change().revision() <= revision;
    }

    /** The change at hand. */
    HistoryRecord.Change change() {
        return changes.get(place);
    }

    void next() {
        place++;
        if (place == changes.size()) {
            cursor.next();
            read();
        }
    }

    private void read() {
        place = 0;
        changes = HistoryRecord.isAt(cursor) ? HistoryRecord.at(cursor).changes() : List.of();
    }
}
