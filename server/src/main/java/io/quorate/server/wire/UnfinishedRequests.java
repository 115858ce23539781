package io.quorate.server.wire;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What has arrived at a client port of requests that are not whole yet: all connections together may have so much of it in memory.
 * Beyond that those end which began first, since an honest client's request is soon whole. Thread-safe.
 */
final class UnfinishedRequests {

    /** A request with less does not count: its stream, or its connection, costs as much. */
    private static final int SMALL_BYTES = 1024;

    /** What a piece costs beside its bytes. */
    private static final int PIECE_BYTES = 128;

    private final long limit;
    private final Runnable onEnd;
    private final AtomicLong held = new AtomicLong();
    private final Set<Request> inOrder = new LinkedHashSet<>();

    /** @param limit in bytes, of all requests together */
    UnfinishedRequests(long limit) {
        this(limit, () -> {});
    }

    /**
     * As {@link #UnfinishedRequests(long)}.
     *
     * @param onEnd is told of each that is ended
     */
    UnfinishedRequests(long limit, Runnable onEnd) {
        this.limit = limit;
        this.onEnd = onEnd;
    }

    /** What is there in bytes, of all requests together. */
    long heldBytes() {
        return held.get();
    }

    /** One request after another of a stream, or of a connection. Thread-safe. */
    final class Request {

        private final Runnable end;
        private long bytes;
        private boolean isInLine;
        private boolean ended;

        private Request(Runnable end) {
            this.end = end;
        }

        /** A piece of it has arrived. */
        void arrived(long pieceBytes) {
            if (count(pieceBytes + PIECE_BYTES) > limit) {
                endTheFirst();
            }
        }

        /** Answers what is held by then. */
        private synchronized long count(long cost) {
            if (ended) {
                return 0;
            }
            bytes += cost;
            if (isInLine) {
                return held.addAndGet(cost);
            }
            if (bytes < SMALL_BYTES) {
                return 0;
            }
            isInLine = true;
            join(this);
            return held.addAndGet(bytes);
        }

        /** It is whole, and the next may begin; answers false if it was ended before that, and must not be carried out. */
        synchronized boolean finished() {
            letGo();
            return !ended;
        }

        /** Nothing follows. */
        synchronized void close() {
            letGo();
            ended = true;
        }

        /** Whether it was ended, and nothing that follows of its stream or connection counts any more. */
        synchronized boolean isEnded() {
            return ended;
        }

        private void letGo() {
            if (isInLine) {
                isInLine = false;
                held.addAndGet(-bytes);
                leave(this);
            }
            bytes = 0;
        }

        /** Whether it is ended by this: it may have become whole just now. */
        private synchronized boolean endNow() {
            if (!isInLine) {
                return false;
            }
            close();
            return true;
        }
    }

    /**
     * One that is to begin.
     *
     * @param end ends it, and lets go of what has arrived of it; called on any thread, and not under a lock
     */
    Request begin(Runnable end) {
        return new Request(end);
    }

    private void join(Request request) {
        synchronized (inOrder) {
            inOrder.add(request);
        }
    }

    private void leave(Request request) {
        synchronized (inOrder) {
            inOrder.remove(request);
        }
    }

    private Optional<Request> first() {
        synchronized (inOrder) {
            Iterator<Request> requests = inOrder.iterator();
            return requests.hasNext() ? Optional.of(requests.next()) : Optional.empty();
        }
    }

    /** What they held counts as gone at once, so that no more end than have to. */
    private void endTheFirst() {
        Optional<Request> first = first();
        while (held.get() > limit && first.isPresent()) {
            if (first.get().endNow()) {
                first.get().end.run();
                onEnd.run();
            }
            first = first();
        }
    }
}
