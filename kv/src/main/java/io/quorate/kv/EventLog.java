package io.quorate.kv;

import java.util.ArrayList;
import java.util.List;

/** The changes of one batch, by revision, as watchers will see them; not thread-safe. */
final class EventLog {
    private final boolean wanted;
    private final List<RevisionEvents> revisions = new ArrayList<>();
    private final List<KeyEvent> ofRevision = new ArrayList<>();

    private EventLog(boolean wanted) {
        this.wanted = wanted;
    }

    /** One that forgets what it is told, where nobody watches. */
    static EventLog forgetting() {
        return new EventLog(false);
    }

    static EventLog recording() {
        return new EventLog(true);
    }

    void add(Bytes key, Version version, long revision) {
        if (wanted) {
            ofRevision.add(KeyEvent.of(key, version, revision));
        }
    }

    void endRevision(long revision) {
        if (!ofRevision.isEmpty()) {
            revisions.add(new RevisionEvents(revision, ofRevision));
            ofRevision.clear();
        }
    }

    List<RevisionEvents> revisions() {
        return revisions;
    }
}
