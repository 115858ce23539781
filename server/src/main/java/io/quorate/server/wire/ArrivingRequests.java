package io.quorate.server.wire;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The calls of one request whose requests have not ended yet. One that is found so twice has had its time, and is ended: a client
 * that says a byte now and then would keep it open for ever. Thread-safe.
 */
final class ArrivingRequests {

    /** One of them. */
    interface Arriving {

        /** Whether it was found before. */
        boolean wasFound();

        /** Ends it, on any thread. */
        void endForSlowness();
    }

    private final Set<Arriving> arriving = ConcurrentHashMap.newKeySet();

    void begun(Arriving request) {
        arriving.add(request);
    }

    void ended(Arriving request) {
        arriving.remove(request);
    }

    /** Looks for those that have had their time; to be called once in each period. */
    void look() {
        List<Arriving> found = arriving.stream().filter(Arriving::wasFound).toList();
        // One that has ended meanwhile is not there any more.
        found.stream().filter(arriving::remove).forEach(Arriving::endForSlowness);
    }

    int count() {
        return arriving.size();
    }
}
