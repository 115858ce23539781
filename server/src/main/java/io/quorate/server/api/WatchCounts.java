package io.quorate.server.api;

import java.util.concurrent.ConcurrentHashMap;

/**
 * How many watches each client's connection has, and the bound on that: a watch costs memory that the client does not pay for.
 * Thread-safe.
 *
 * @param <C> stands for a connection
 */
final class WatchCounts<C> {

    private final int mostOfOne;
    private final ConcurrentHashMap<C, Integer> counts = new ConcurrentHashMap<>();

    WatchCounts(int mostOfOne) {
        this.mostOfOne = mostOfOne;
    }

    int mostOfOne() {
        return mostOfOne;
    }

    /** Counts one more, unless that is too many. */
    boolean take(C connection) {
        boolean[] taken = new boolean[1];
        var unused = counts.compute(connection, (key, count) -> {
            int before = count == null ? 0 : count;
            taken[0] = before < mostOfOne;
            return taken[0] ? before + 1 : count;
        });
        return taken[0];
    }

    /** That many are over. */
    void giveBack(C connection, int watches) {
        if (watches > 0) {
            var unused = counts.computeIfPresent(connection, (key, count) -> count > watches ? count - watches : null);
        }
    }

    /** The connections that have a watch. */
    int connections() {
        return counts.size();
    }
}
