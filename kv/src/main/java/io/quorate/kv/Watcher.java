package io.quorate.kv;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Sees the changes of a key or a range, each once, in order, and without a gap, until it is closed or what it wants next is
 * compacted. May be asked by any thread, by one at a time.
 *
 * <p>Either it keeps up: then it is handed what is applied, up to a bounded amount that waits here. Or it is behind: then
 * nothing waits for it, and it reads the history of the store when it is asked, until it has caught up.
 *
 * <p>All fields belong to the hub's lock.
 */
public final class Watcher implements AutoCloseable {

    private enum State {
        KEEPING_UP,
        BEHIND,
        COMPACTED,
        CLOSED
    }

    private final WatchHub hub;
    private final WatchRequest request;
    private final KeyRange range;
    private final Runnable onReady;
    private final ArrayDeque<RevisionEvents> waiting = new ArrayDeque<>();
    private State state = State.BEHIND;
    private long waitingBytes;

    /** The first revision that is neither seen nor waiting, or will be the first to be seen. */
    private long next;

    /** Up to which everything has been seen, as far as was told before. */
    private long progressed;

    /** Events of the revision that is just being delivered. */
    private final List<KeyEvent> matched = new ArrayList<>();

    Watcher(WatchHub hub, WatchRequest request, long next, long progressed, Runnable onReady) {
        this.hub = hub;
        this.request = request;
        this.range = request.range();
        this.next = next;
        this.progressed = progressed;
        this.onReady = onReady;
    }

    KeyRange range() {
        return range;
    }

    WatchRequest request() {
        return request;
    }

    Runnable onReady() {
        return onReady;
    }

    /** What the watcher has to be told next; empty if there is nothing now. Reads a bounded part of the history at most. */
    public Optional<WatchAnswer> poll() {
        return hub.poll(this);
    }

    /** Whether there is something to be told now. If not, {@code onReady} is called as soon as there is. */
    public boolean hasMore() {
        return hub.hasMore(this);
    }

    /**
     * The revision up to which everything was answered by {@link #poll}, so that a watcher that is resumed after it misses
     * nothing; empty while there may be more. Never decreases, and is never ahead of an event that was not answered.
     */
    public OptionalLong progress() {
        return hub.progress(this);
    }

    /** Nothing more is seen. */
    @Override
    public void close() {
        hub.close(this);
    }

    // What follows is called by the hub, under its lock.

    boolean isKeepingUp() {
        return state == State.KEEPING_UP;
    }

    boolean isBehind() {
        return state == State.BEHIND;
    }

    boolean isOver() {
        return state == State.COMPACTED || state == State.CLOSED;
    }

    long next() {
        return next;
    }

    /** Takes note of an event of the revision being delivered; answers whether it is the first. */
    boolean match(KeyEvent event, long revision) {
        if (revision < next || !request.wants(event.kind())) {
            return false;
        }
        matched.add(event);
        return matched.size() == 1;
    }

    /**
     * Has what was matched wait.
     *
     * @param whole the revision; watchers that want all of it share it, however many they are
     * @param maxBytes the most that may wait
     * @param roomBytes how much more may wait at all watchers together
     * @return its size; 0 if there was no room, and it does not wait
     */
    long offer(RevisionEvents whole, long maxBytes, long roomBytes) {
        RevisionEvents events =
                matched.size() == whole.events().size() ? whole : new RevisionEvents(whole.revision(), matched);
        matched.clear();
        long bytes = events.sizeBytes();
        // One revision fits unless all are full, or else one that keeps up would have to read each large one from the
        // history.
        if (bytes > roomBytes || (!waiting.isEmpty() && waitingBytes + bytes > maxBytes)) {
            return 0;
        }
        waiting.add(events);
        waitingBytes += bytes;
        next = whole.revision() + 1;
        return bytes;
    }

    /** Takes all that waits. */
    List<RevisionEvents> takeWaiting() {
        List<RevisionEvents> taken = List.copyOf(waiting);
        waiting.clear();
        waitingBytes = 0;
        if (!taken.isEmpty()) {
            progressed = Math.max(progressed, taken.getLast().revision());
        }
        return taken;
    }

    long waitingBytes() {
        return waitingBytes;
    }

    boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /** Reads the history from here on. */
    void fallBehind(long from) {
        next = Math.max(next, from);
        state = State.BEHIND;
    }

    /** Everything up to a revision was read from the history. */
    void hasRead(long throughRevision) {
        next = Math.max(next, throughRevision + 1);
        progressed = Math.max(progressed, throughRevision);
    }

    void keepUp() {
        state = State.KEEPING_UP;
    }

    void compact() {
        state = State.COMPACTED;
    }

    void end() {
        state = State.CLOSED;
        waiting.clear();
        waitingBytes = 0;
    }

    /** Everything up to that revision was delivered, to those that keep up. */
    OptionalLong progressedTo(long deliveredRevision) {
        if (!isKeepingUp() || hasWaiting()) {
            return OptionalLong.empty();
        }
        progressed = Math.max(progressed, deliveredRevision);
        return OptionalLong.of(progressed);
    }
}
