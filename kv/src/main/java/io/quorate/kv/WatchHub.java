package io.quorate.kv;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Brings what is applied to the watchers. Safe for use by many threads; it starts none.
 *
 * <p>Whoever applies only leaves the events here ({@link #applied}); somebody else hands them to the watchers that they
 * concern ({@link #deliver}), and each watcher is emptied by whoever reads it ({@link Watcher#poll}). So watchers that are
 * many, or slow, never keep anything from being applied, and what waits for each is bounded: one that does not keep up reads
 * the history of the store instead, and so does one that starts in the past, or whose store was replaced by a snapshot.
 */
public final class WatchHub {

    /**
     * How much memory may wait.
     *
     * @param appliedBytes applied and not yet delivered
     * @param waitingBytes delivered to one watcher and not yet seen by it; one revision may wait in any case
     * @param allWaitingBytes delivered to all watchers and not yet seen; what many of them share is counted for each
     * @param changesTogether how many changes a watcher reads from the history at a time
     */
    public record Limits(long appliedBytes, long waitingBytes, long allWaitingBytes, int changesTogether) {
        public static final Limits DEFAULT = new Limits(64 << 20, 256 << 10, 128 << 20, 1000);
    }

    /** How much of what keys were before is remembered, for all watchers together: they ask for the same within moments. */
    private static final long PREVIOUS_BYTES = 2L << 20;

    private final Limits limits;
    private final AppliedEvents applied;
    private final WatcherIndex keepingUp = new WatcherIndex();
    private final Set<Watcher> all = new LinkedHashSet<>();
    private MvccStore store;

    /** What the store's keys were before; goes with it. */
    private PreviousPairs previous;

    /** Up to which everything was delivered to all watchers that keep up. */
    private long delivered;

    /** Delivered to all watchers, and not yet seen. */
    private long waitingBytes;

    /** How often the store was replaced. */
    private long replacements;

    /** A hub without watchers; {@code store} is what was applied up to now. */
    public WatchHub(MvccStore store, Limits limits) {
        this.store = store;
        this.limits = limits;
        this.previous = previousPairs(store);
        this.applied = new AppliedEvents(limits.appliedBytes());
        this.delivered = store.currentRevision();
    }

    private static PreviousPairs previousPairs(MvccStore store) {
        return new PreviousPairs(store::before, PREVIOUS_BYTES);
    }

    /**
     * To be told, in order, what each batch has changed, once the store has it: all of them, whether there are watchers or
     * not, and followed by {@link #deliver} before long. Never waits for a watcher.
     */
    public void applied(List<RevisionEvents> revisions) {
        applied.add(revisions);
    }

    /** To be told, by whoever applies, that a snapshot has replaced everything: from here on, this is the store. */
    public void restored(MvccStore replacement) {
        List<Watcher> ready = new ArrayList<>();
        synchronized (this) {
            applied.clear();
            allFallBehind(ready);
            store = replacement;
            previous = previousPairs(replacement);
            delivered = replacement.currentRevision();
            replacements++;
        }
        tell(ready);
    }

    /**
     * A new watcher. What is already there to be seen is not told of: it must be asked at once.
     *
     * @param onReady called, by any thread, when there is something to be seen again; must be short
     * @throws IllegalArgumentException if its range is empty
     */
    public Watcher watch(WatchRequest request, Runnable onReady) {
        if (request.isEmptyRange()) {
            throw new IllegalArgumentException("a range that ends before it begins is watched");
        }
        synchronized (this) {
            long current = store.currentRevision();
            long next = request.startRevision() > 0 ? request.startRevision() : current + 1;
            Watcher watcher = new Watcher(this, request, next, Math.min(current, next - 1), onReady);
            all.add(watcher);
            if (next > current) {
                keepUp(watcher);
            }
            return watcher;
        }
    }

    /** How many watchers there are that are neither closed nor over. */
    public synchronized int size() {
        return all.size();
    }

    /** How much was delivered to watchers and is not yet seen; what many of them share is counted for each. */
    synchronized long waitingBytes() {
        return waitingBytes;
    }

    /** Hands everything that was applied to the watchers that keep up. */
    public void deliver() {
        List<Watcher> ready = new ArrayList<>();
        synchronized (this) {
            AppliedEvents.Taken taken = applied.take();
            if (taken.overflown()) {
                allFallBehind(ready);
            }
            for (RevisionEvents events : taken.revisions()) {
                deliver(events, ready);
            }
            delivered = Math.max(delivered, taken.throughRevision());
        }
        tell(ready);
    }

    private static void tell(List<Watcher> ready) {
        ready.forEach(watcher -> watcher.onReady().run());
    }

    private void deliver(RevisionEvents events, List<Watcher> ready) {
        List<Watcher> concerned = new ArrayList<>();
        for (KeyEvent event : events.events()) {
            keepingUp.forEachOf(event.kv().key(), watcher -> {
                if (watcher.match(event, events.revision())) {
                    concerned.add(watcher);
                }
            });
        }
        for (Watcher watcher : concerned) {
            boolean wasEmpty = !watcher.hasWaiting();
            long offered = watcher.offer(events, limits.waitingBytes(), limits.allWaitingBytes() - waitingBytes);
            if (offered == 0) {
                fallBehind(watcher, events.revision());
            }
            waitingBytes += offered;
            if (wasEmpty) {
                ready.add(watcher);
            }
        }
    }

    private void allFallBehind(List<Watcher> ready) {
        for (Watcher watcher : all) {
            if (watcher.isKeepingUp()) {
                fallBehind(watcher, delivered + 1);
                ready.add(watcher);
            }
        }
    }

    private void fallBehind(Watcher watcher, long from) {
        keepingUp.remove(watcher);
        watcher.fallBehind(from);
    }

    private void keepUp(Watcher watcher) {
        watcher.keepUp();
        keepingUp.add(watcher);
    }

    /** Where a watcher that is behind goes on reading. */
    private record Reading(MvccStore store, PreviousPairs previous, long from, long replacements) {}

    Optional<WatchAnswer> poll(Watcher watcher) {
        while (true) {
            Reading reading;
            List<RevisionEvents> waited;
            synchronized (this) {
                waitingBytes -= watcher.waitingBytes();
                waited = watcher.takeWaiting();
                reading = new Reading(store, previous, watcher.next(), replacements);
                if (waited.isEmpty() && !watcher.isBehind()) {
                    return Optional.empty();
                }
            }
            if (!waited.isEmpty()) {
                return Optional.of(
                        events(reading, watcher, waited, waited.getLast().revision()));
            }
            Optional<WatchAnswer> answer = read(watcher, reading);
            if (answer.isPresent()) {
                return answer;
            }
        }
    }

    /** Reads on; empty if nothing was found, and the watcher may be behind still or not. */
    private Optional<WatchAnswer> read(Watcher watcher, Reading reading) {
        Optional<History.Part> part = reading.store.history(watcher.request(), reading.from, limits.changesTogether());
        synchronized (this) {
            if (watcher.isOver() || replacements != reading.replacements) {
                return Optional.empty();
            }
            if (part.isEmpty()) {
                watcher.compact();
                all.remove(watcher);
                return Optional.of(new WatchAnswer.Compacted(reading.store.compactedRevision()));
            }
            watcher.hasRead(part.get().throughRevision());
            if (watcher.next() > delivered) {
                keepUp(watcher);
            }
        }
        List<RevisionEvents> found = part.get().revisions();
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(events(reading, watcher, found, part.get().throughRevision()));
    }

    private static WatchAnswer events(
            Reading reading, Watcher watcher, List<RevisionEvents> revisions, long throughRevision) {
        if (!watcher.request().prevKv()) {
            return new WatchAnswer.Events(revisions, throughRevision);
        }
        List<RevisionEvents> withPrev = new ArrayList<>();
        for (RevisionEvents events : revisions) {
            // What is compacted is not there any more, though it may be remembered.
            boolean gone = events.revision() - 1 < reading.store.compactedRevision();
            withPrev.add(gone ? events : withPrev(reading.previous, events));
        }
        return new WatchAnswer.Events(withPrev, throughRevision);
    }

    private static RevisionEvents withPrev(PreviousPairs previous, RevisionEvents events) {
        return new RevisionEvents(
                events.revision(),
                events.events().stream()
                        .map(event -> event.isCreate()
                                ? event
                                : event.withPrev(previous.before(event.kv().key(), events.revision())))
                        .toList());
    }

    synchronized boolean hasMore(Watcher watcher) {
        return watcher.hasWaiting() || watcher.isBehind();
    }

    /** A watcher that begins in the future has nothing to wait for before that; the store is not there for all that. */
    synchronized OptionalLong progress(Watcher watcher) {
        OptionalLong progress = watcher.progressedTo(delivered);
        return progress.isPresent()
                ? OptionalLong.of(Math.min(progress.getAsLong(), store.currentRevision()))
                : progress;
    }

    synchronized void close(Watcher watcher) {
        if (watcher.isKeepingUp()) {
            keepingUp.remove(watcher);
        }
        all.remove(watcher);
        waitingBytes -= watcher.waitingBytes();
        watcher.end();
    }
}
