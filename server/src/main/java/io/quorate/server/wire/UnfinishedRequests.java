package io.quorate.server.wire;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
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
    private final AtomicLong held = new AtomicLong();
    private final Set<Request> inOrder = new LinkedHashSet<>();

    /** @param limit in bytes, of all requests together */
    UnfinishedRequests(long limit) {
        this.limit = limit;
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
        private boolean closed;

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
            if (closed) {
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

        /** It is whole; the next may begin. */
        synchronized void finished() {
            if (isInLine) {
                isInLine = false;
                held.addAndGet(-bytes);
                leave(this);
            }
            bytes = 0;
        }

        /** Nothing follows. */
        synchronized void close() {
            finished();
            closed = true;
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

    /** What they held counts as gone at once, so that no more end than have to. */
    private void endTheFirst() {
        List<Request> ended = new ArrayList<>();
        synchronized (inOrder) {
            ended.addAll(inOrder);
        }
        for (Request request : ended) {
            if (held.get() <= limit) {
                return;
            }
            request.close();
            request.end.run();
        }
    }
}
