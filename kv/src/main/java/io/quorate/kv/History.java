package io.quorate.kv;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What was changed, revision by revision, as the store has it at the moment of opening. For one thread. */
final class History implements AutoCloseable {
    private final OrderedStore.Cursor history;
    private final OrderedStore.Cursor versions;

    private History(OrderedStore.Cursor history, OrderedStore.Cursor versions) {
        this.history = history;
        this.versions = versions;
    }

    /** Neither of the cursors can lack what was there when it was opened, and is not compacted. */
    static History open(OrderedStore store) {
        return new History(store.cursor(), store.cursor());
    }

    /**
     * A part of the history.
     *
     * @param revisions those with a change that was asked for
     * @param throughRevision the last revision that was looked at
     */
    record Part(List<RevisionEvents> revisions, long throughRevision) {}

    /**
     * Reads from one revision on, whole revisions, until so many changes were looked at or another revision is passed.
     *
     * @param from not compacted
     */
    Part read(WatchRequest request, long from, long lastRevision, int maxChanges) {
        List<RevisionEvents> revisions = new ArrayList<>();
        List<KeyEvent> events = new ArrayList<>();
        KeyRange range = request.range();
        long revision = from - 1;
        int changes = 0;
        for (history.seek(StoreKeys.history(from, 0)); isUpTo(lastRevision); history.next()) {
            byte[] change = history.key();
            if (StoreKeys.revisionOfHistory(change) != revision) {
                complete(revision, events, revisions);
                if (changes >= maxChanges) {
                    return new Part(revisions, revision);
                }
                revision = StoreKeys.revisionOfHistory(change);
            }
            changes++;
            Bytes key = Bytes.wrap(history.value());
            if (range.contains(key)) {
                KeyEvent event = event(key, change);
                if (request.wants(event.kind())) {
                    events.add(event);
                }
            }
        }
        complete(revision, events, revisions);
        return new Part(revisions, Math.max(from - 1, lastRevision));
    }

    private static void complete(long revision, List<KeyEvent> events, List<RevisionEvents> revisions) {
        if (!events.isEmpty()) {
            revisions.add(new RevisionEvents(revision, events));
            events.clear();
        }
    }

    private boolean isUpTo(long revision) {
        return history.isValid()
                && StoreKeys.isHistory(history.key())
                && StoreKeys.revisionOfHistory(history.key()) <= revision;
    }

    private KeyEvent event(Bytes key, byte[] change) {
        long revision = StoreKeys.revisionOfHistory(change);
        byte[] made = StoreKeys.version(key, revision, StoreKeys.subOfHistory(change));
        versions.seek(made);
        if (!versions.isValid() || !Arrays.equals(versions.key(), made)) {
            throw new StoreException("the store's history names a change of " + key + " that the store lacks");
        }
        return KeyEvent.of(key, Version.decode(Bytes.wrap(versions.value())), revision);
    }

    @Override
    public void close() {
        history.close();
        versions.close();
    }
}
