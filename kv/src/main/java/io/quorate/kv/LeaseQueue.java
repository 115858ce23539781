package io.quorate.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Timers by when they are due, as a binary heap in which each knows its place: whatever is done to one takes a logarithm.
 * Not thread-safe.
 */
final class LeaseQueue {
    private final List<LeaseTimer> heap = new ArrayList<>();

    void add(LeaseTimer timer, long due) {
        timer.setDue(due);
        timer.place = heap.size();
        heap.add(timer);
        rise(timer);
    }

    void reschedule(LeaseTimer timer, long due) {
        timer.setDue(due);
        rise(timer);
        sink(timer);
    }

    void remove(LeaseTimer timer) {
        LeaseTimer last = heap.removeLast();
        if (last != timer) {
            put(timer.place, last);
            rise(last);
            sink(last);
        }
    }

    /** The one that is due first. */
    Optional<LeaseTimer> first() {
        return heap.isEmpty() ? Optional.empty() : Optional.of(heap.getFirst());
    }

    private void rise(LeaseTimer timer) {
        int place = timer.place;
        while (place > 0 && timer.due() < heap.get((place - 1) / 2).due()) {
            put(place, heap.get((place - 1) / 2));
            place = (place - 1) / 2;
        }
        put(place, timer);
    }

    private void sink(LeaseTimer timer) {
        int place = timer.place;
        while (true) {
            int child = 2 * place + 1;
            if (child + 1 < heap.size() && heap.get(child + 1).due() < heap.get(child).due()) {
                child++;
            }
            if (child >= heap.size() || heap.get(child).due() >= timer.due()) {
                break;
            }
            put(place, heap.get(child));
            place = child;
        }
        put(place, timer);
    }

    private void put(int place, LeaseTimer timer) {
        heap.set(place, timer);
        timer.place = place;
    }
}
