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
        for (HistoryWalk walk = new HistoryWalk(history, from); walk.isUpTo(lastRevision); walk.next()) {
            HistoryRecord.Change change = walk.change();
            if (change.revision() != revision) {
                complete(revision, events, revisions);
                if (changes >= maxChanges) {
                    return new Part(revisions, revision);
                }
                revision = change.revision();
            }
            changes++;
            if (range.contains(change.key())) {
                KeyEvent event = event(change);
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

    private KeyEvent event(HistoryRecord.Change change) {
        byte[] made = change.versionKey();
        versions.seek(made);
        if (!versions.isValid() || !Arrays.equals(versions.key(), made)) {
            throw new StoreException("the store's history names a change of " + change.key() + " that the store lacks");
        }
        return KeyEvent.of(change.key(), Version.decode(Bytes.wrap(versions.value())), change.revision());
    }

    @Override
    public void close() {
        history.close();
        versions.close();
    }
}
