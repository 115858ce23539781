package io.quorate.kv;

import java.util.List;

/** What a watcher is told. */
public sealed interface WatchAnswer {

    /**
     * Events, in the order of their revisions, those of one revision all together.
     *
     * @param revisions at least one, and none without an event
     * @param throughRevision up to which there is nothing else for this watcher: to be resumed after it
     */
    record Events(List<RevisionEvents> revisions, long throughRevision) implements WatchAnswer {
        public Events {
            revisions = List.copyOf(revisions);
        }
    }

    /** The revisions that come next for the watcher are gone; it sees nothing more. */
    record Compacted(long compactedRevision) implements WatchAnswer {}
}
