package io.quorate.kv;

import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The latest operations of the manager, of which at most one is under way. Immutable.
 *
 * <p>It is replicated: every member applies the same notes in the same order, so all agree on who was first.
 *
 * @param byId by their ids, which rise
 */
record OperationRecords(SortedMap<Long, ManagedOperation> byId) {

    static final OperationRecords NONE = new OperationRecords(new TreeMap<>());

    /** So many are kept; the oldest makes room. */
    static final int MAX_KEPT = 100;

    /** So many of them may be of the kind that changes nothing: one that is done every hour must not displace all others. */
    static final int MAX_ASIDE = 20;

    /** An operation that was silent for longer has died. */
    static final long MAX_SILENCE_MILLIS = 60_000;

    /**
     * What a note leads to.
     *
     * @param operation the one that is on record now because of the note; if it is refused, the one that is in its way
     */
    record Outcome(OperationRecords records, ManagedOperation operation, boolean accepted) {}

    OperationRecords {
        byId = Collections.unmodifiableSortedMap(new TreeMap<>(byId));
    }

    /**
     * After a note, the entry of which stands at an index of the log.
     *
     * @return empty if it is about an operation that is not on record (any more)
     */
    Optional<Outcome> after(NoteOperation note, long index) {
        if (note.isPast()) {
            return Optional.of(past(note, index));
        }
        return note.id() == 0 ? Optional.of(begun(note, index)) : told(note);
    }

    /** One that is over before it is told of is in nobody's way, and nobody is in its. */
    private Outcome past(NoteOperation note, long index) {
        NavigableMap<Long, ManagedOperation> changed = new TreeMap<>(byId);
        if (note.aside()) {
            makeRoomAside(changed);
        }
        makeRoom(changed);
        ManagedOperation past = new ManagedOperation(
                index,
                note.nowMillis() - note.tookMillis(),
                note.nowMillis(),
                note.state(),
                note.report(),
                note.aside());
        changed.put(index, past);
        return new Outcome(new OperationRecords(changed), past, true);
    }

    private static void makeRoomAside(NavigableMap<Long, ManagedOperation> records) {
        List<Long> aside = records.values().stream()
                .filter(ManagedOperation::aside)
                .map(ManagedOperation::id)
                .toList();
        aside.stream().limit(Math.max(0, aside.size() - MAX_ASIDE + 1)).forEach(records::remove);
    }

    private static void makeRoom(NavigableMap<Long, ManagedOperation> records) {
        while (records.size() >= MAX_KEPT) {
            records.remove(records.firstKey());
        }
    }

    private Outcome begun(NoteOperation note, long index) {
        Optional<ManagedOperation> running = running();
        boolean inTheWay = running.isPresent() && !note.force() && running.get().isUnderWay(note.nowMillis());
        if (inTheWay) {
            return new Outcome(this, running.get(), false);
        }
        NavigableMap<Long, ManagedOperation> changed = new TreeMap<>(byId);
        running.ifPresent(silent -> changed.put(silent.id(), silent.brokenOff()));
        makeRoom(changed);
        ManagedOperation begun = new ManagedOperation(
                index, note.nowMillis(), note.nowMillis(), ManagedOperation.State.RUNNING, note.report());
        changed.put(index, begun);
        return new Outcome(new OperationRecords(changed), begun, true);
    }

    /** One that is over stays as it is: whoever took its place for broken off has gone on from there. */
    private Optional<Outcome> told(NoteOperation note) {
        return Optional.ofNullable(byId.get(note.id())).map(known -> {
            if (known.state() != ManagedOperation.State.RUNNING) {
                return new Outcome(this, known, false);
            }
            NavigableMap<Long, ManagedOperation> changed = new TreeMap<>(byId);
            ManagedOperation told = known.told(note);
            changed.put(told.id(), told);
            return new Outcome(new OperationRecords(changed), told, true);
        });
    }

    /** The one that has its place, if there is one. */
    Optional<ManagedOperation> running() {
        return byId.values().stream()
                .filter(operation -> operation.state() == ManagedOperation.State.RUNNING)
                .findFirst();
    }

    /** Writes what differs from the records of before. */
    void writeTo(WriteBatch batch, OperationRecords before) {
        before.byId.keySet().stream()
                .filter(id -> !byId.containsKey(id))
                .forEach(id -> batch.delete(StoreKeys.operation(id)));
        byId.forEach((id, operation) -> {
            if (!operation.equals(before.byId.get(id))) {
                batch.put(StoreKeys.operation(id), ManagedOperationCodec.encode(operation));
            }
        });
    }

    /** Reads what {@link #writeTo} has written. */
    static OperationRecords load(OrderedStore.Cursor cursor) {
        SortedMap<Long, ManagedOperation> found = new TreeMap<>();
        for (cursor.seek(new byte[] {StoreKeys.OPERATION});
                cursor.isValid() && cursor.key()[0] == StoreKeys.OPERATION;
                cursor.next()) {
            try {
                ManagedOperation operation = ManagedOperationCodec.decode(cursor.value());
                found.put(operation.id(), operation);
            } catch (DecodeException e) {
                throw new StoreException(
                        "the store holds an operation of the manager that cannot be read: " + e.getMessage(), e);
            }
        }
        return new OperationRecords(found);
    }
}
