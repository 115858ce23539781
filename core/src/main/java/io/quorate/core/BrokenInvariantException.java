package io.quorate.core;

import java.util.function.Supplier;

/**
 * Something happened that Raft proves impossible: a bug, damaged memory, or a peer that lies. The member must stop;
 * nothing that it would do from here on could be trusted.
 */
public final class BrokenInvariantException extends RuntimeException {

    public BrokenInvariantException(String message) {
        super(message);
    }

    /**
     * Throws unless {@code holds}; kept in production, so callers keep the condition cheap, and the message is only made
     * when it is needed.
     */
    static void require(boolean holds, Supplier<String> message) {
        if (!holds) {
            throw new BrokenInvariantException(message.get());
        }
    }
}
