package io.quorate.engine;

import io.quorate.core.Rejection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;

/**
 * Linearizable reads that wait: first for a read index, which those that arrive together share, and then for the state
 * machine to reach it (thesis 6.4).
 */
final class Reads {

    /** Someone who wants to read; told the index that the state machine has reached by then. */
    record Read(CompletableFuture<Long> ready, long deadlineNanos) {}

    private record Ready(long index, List<Read> reads) {}

    private final Map<Long, List<Read>> asked = new HashMap<>();
    private final PriorityQueue<Ready> behind = new PriorityQueue<>((a, b) -> Long.compare(a.index, b.index));
    private List<Read> arrived = new ArrayList<>();
    private long lastRequestId;

    void arrive(Read read) {
        arrived.add(read);
    }

    /** A request id for all reads that have arrived since the last call; none if there are none. */
    OptionalLong ask() {
        if (arrived.isEmpty()) {
            return OptionalLong.empty();
        }
        long id = ++lastRequestId;
        asked.put(id, arrived);
        arrived = new ArrayList<>();
        return OptionalLong.of(id);
    }

    void ready(long requestId, long index, long appliedIndex) {
        List<Read> reads = asked.remove(requestId);
        if (reads != null) {
            behind.add(new Ready(index, reads));
            applied(appliedIndex);
        }
    }

    /** Nothing came of the request: its reads ask anew until their time is over. */
    void failed(long requestId) {
        List<Read> reads = asked.remove(requestId);
        if (reads != null) {
            arrived.addAll(reads);
        }
    }

    void applied(long appliedIndex) {
        while (!behind.isEmpty() && behind.peek().index <= appliedIndex) {
            for (Read read : behind.remove().reads) {
                read.ready.complete(appliedIndex);
            }
        }
    }

    /** Whether reads wait that have not been asked for, or whose request failed. */
    boolean hasArrived() {
        return !arrived.isEmpty();
    }

    void expire(long nowNanos) {
        expire(arrived, nowNanos);
        for (Iterator<List<Read>> i = asked.values().iterator(); i.hasNext(); ) {
            List<Read> reads = i.next();
            expire(reads, nowNanos);
            if (reads.isEmpty()) {
                i.remove();
            }
        }
        for (Ready ready : behind) {
            expire(ready.reads, nowNanos);
        }
    }

    private static void expire(List<Read> reads, long nowNanos) {
        reads.removeIf(read -> {
            boolean over = nowNanos - read.deadlineNanos >= 0;
            if (over) {
                read.ready.completeExceptionally(new RaftException.Refused(Rejection.NO_LEADER));
            }
            return over;
        });
    }

    void stop(Throwable cause) {
        RaftException.Stopped stopped = new RaftException.Stopped(cause);
        List<Read> all = new ArrayList<>(arrived);
        asked.values().forEach(all::addAll);
        behind.forEach(ready -> all.addAll(ready.reads));
        all.forEach(read -> read.ready.completeExceptionally(stopped));
        arrived.clear();
        asked.clear();
        behind.clear();
    }
}
