package io.quorate.engine;

import java.util.ArrayDeque;

/**
 * What may be done only when what was written before it is durable: sending votes and acknowledgements (corner cases 1
 * and 13), restoring an installed snapshot. Writes bear increasing tickets, and become durable in their order.
 */
final class AfterSync {

    private record Held(long ticket, Runnable action) {}

    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private long syncedTicket;

    /**
     * Does it, at once or later.
     *
     * @param ticket of the last write that was asked for before
     */
    void run(long ticket, Runnable action) {
        if (ticket <= syncedTicket) {
            action.run();
        } else {
            held.add(new Held(ticket, action));
        }
    }

    /** Everything up to this ticket is durable. */
    void synced(long ticket) {
        syncedTicket = Math.max(syncedTicket, ticket);
        while (!held.isEmpty() && held.peek().ticket <= syncedTicket) {
            held.remove().action.run();
        }
    }
}
