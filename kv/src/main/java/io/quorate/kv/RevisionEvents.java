package io.quorate.kv;

import java.util.List;

/** All changes of one revision, or those of them that a watcher wants, in the order in which they were made. */
public record RevisionEvents(long revision, List<KeyEvent> events) {

    public RevisionEvents {
        events = List.copyOf(events);
    }

    /** How much memory it holds, roughly. */
    long sizeBytes() {
        long size = 0;
        for (KeyEvent event : events) {
            size += 128 + event.kv().key().size() + event.kv().value().size();
        }
        return size;
    }
}
