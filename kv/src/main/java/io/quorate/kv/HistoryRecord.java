package io.quorate.kv;

import java.util.ArrayList;
import java.util.List;

/**
 * Some changes in a row, as one record of the store's history has them. Each names the key that was changed; what the key was from
 * then on is in its version.
 *
 * <p>It stands at the place of its last change, so that a search for a change finds the record that holds it. The value begins with the
 * revision and the sub-revision of the first change (varints); for each change follow by how much its revision is greater than that of the
 * one before (varint), and its key, after its length. Within a revision sub-revisions follow one another, and a revision that
 * does not begin the record begins at 0.
 *
 * @param place the record's key in the store
 * @param changes at least one, the oldest first
 */
record HistoryRecord(Bytes place, List<Change> changes) {

    /**
     * A change.
     *
     * @param sub its place among the changes of its revision
     */
    record Change(long revision, int sub, Bytes key) {
        byte[] versionKey() {
            return StoreKeys.version(key, revision, sub);
        }
    }

    static boolean isAt(OrderedStore.Cursor cursor) {
        return cursor.isValid() && StoreKeys.isHistory(cursor.key());
    }

    /** The record that a cursor is at. */
    static HistoryRecord at(OrderedStore.Cursor cursor) {
        byte[] place = cursor.key();
        byte[] value = cursor.value();
        return new HistoryRecord(
                Bytes.wrap(place),
                StoreKeys.isSingleChange(place) ? List.of(single(place, value)) : decode(Bytes.wrap(value)));
    }

    /** Stores of format version 1 have a record for each change, with nothing but the key for a value. */
    private static Change single(byte[] place, byte[] value) {
        return new Change(StoreKeys.revisionOfHistory(place), StoreKeys.subOfHistory(place), Bytes.wrap(value));
    }

    private static List<Change> decode(Bytes value) {
        ByteReader in = new ByteReader(value);
        List<Change> changes = new ArrayList<>();
        try {
            long revision = in.varint();
            int sub = (int) in.varint();
            while (in.remaining() > 0) {
                long later = in.varint();
                revision += later;
                sub = later > 0 ? 0 : sub;
                changes.add(new Change(revision, sub++, in.bytes()));
            }
        } catch (DecodeException e) {
            throw new StoreException("the store holds history that cannot be read: " + e.getMessage(), e);
        }
        if (changes.isEmpty()) {
            throw new StoreException("the store holds history that cannot be read: it names no change");
        }
        return changes;
    }

    /** Replaces the record by one without its first changes, or removes it if none is left; its place stays the same. */
    void removeFirst(int count, WriteBatch batch) {
        Writer rest = new Writer();
        changes.subList(count, changes.size()).forEach(rest::add);
        batch.delete(place.toByteArray());
        rest.moveTo(batch);
    }

    /** Puts changes together until there are enough for a record. Not thread-safe. */
    static final class Writer {
        /** Who looks for one change reads all of its record. */
        private static final int MAX_CHANGES = 64;

        private static final int MAX_BYTES = 4 << 10;

        private ByteWriter value = new ByteWriter(0);
        private int count;
        private long revision;
        private int nextSub;

        /** Whether the record goes on with a change: it has room for it, and nothing comes between. */
        boolean takes(Change change) {
            boolean follows = change.revision() == revision ? change.sub() == nextSub : change.sub() == 0;
            return count == 0 || (follows && count < MAX_CHANGES && value.size() < MAX_BYTES);
        }

        /** Adds a change that it takes. */
        void add(Change change) {
            if (count == 0) {
                value = new ByteWriter(32 * MAX_CHANGES);
                value.varint(change.revision());
                value.varint(change.sub());
                revision = change.revision();
            }
            value.varint(change.revision() - revision);
            value.bytes(change.key());
            revision = change.revision();
            nextSub = change.sub() + 1;
            count++;
        }

        /** Adds the record to a batch, if it has any change, and begins another one. */
        void moveTo(WriteBatch batch) {
            if (count > 0) {
                batch.put(StoreKeys.historyRecord(revision, nextSub - 1), value.toByteArray());
                count = 0;
            }
        }
    }
}
