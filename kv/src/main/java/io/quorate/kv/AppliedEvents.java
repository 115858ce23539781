package io.quorate.kv;

import java.util.ArrayList;
import java.util.List;

/**
 * What was applied and not yet handed to watchers. The one thing that whoever applies and whoever delivers share, so that
 * neither waits for the other longer than it takes to pass a list on. Safe for use by many threads.
 */
final class AppliedEvents {
    private final long maxBytes;
    private List<RevisionEvents> waiting = new ArrayList<>();
    private long bytes;
    private long throughRevision;
    private boolean overflown;

    /**
     * What has come since the last time.
     *
     * @param revisions empty if there was too much
     * @param throughRevision the last revision that has come; 0 if none has
     * @param overflown whether there was too much, so that all of it is to be read from the history
     */
    record Taken(List<RevisionEvents> revisions, long throughRevision, boolean overflown) {}

    /** @param maxBytes how much memory it may hold */
    AppliedEvents(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    synchronized void add(List<RevisionEvents> revisions) {
        for (RevisionEvents events : revisions) {
            throughRevision = events.revision();
            bytes += events.sizeBytes();
            overflown |= bytes > maxBytes;
            if (overflown) {
                waiting.clear();
            } else {
                waiting.add(events);
            }
        }
    }

    synchronized Taken take() {
        Taken taken = new Taken(waiting, throughRevision, overflown);
        clear();
        return taken;
    }

    synchronized void clear() {
        waiting = new ArrayList<>();
        bytes = 0;
        throughRevision = 0;
        overflown = false;
    }
}
