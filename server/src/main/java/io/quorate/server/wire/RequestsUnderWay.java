package io.quorate.server.wire;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The requests that have come whole and are being carried out: all clients together may have so many bytes of them under way, and one
 * connection half of that. Thread-safe.
 *
 * <p>What is under way cannot be ended, since it may be in the log already: what is too much is refused before it begins.
 */
final class RequestsUnderWay {

    /** A request with less does not count: its call costs as much. */
    private static final int SMALL_BYTES = 1024;

    private final long most;
    private final long mostOfOne;

    // ---- Guarded by this.
    private final Map<Object, Long> ofConnections = new HashMap<>();
    private long all;

    /**
     * @param most in bytes, of all requests together
     * @param largest request that there may be: one of them may be under way in any case
     */
    RequestsUnderWay(long most, long largest) {
        this.most = Math.max(most, largest);
        this.mostOfOne = Math.max(most / 2, largest);
    }

    /** What a request may take up until it is given back, once. */
    record Share(Object connection, long bytes) {

        static final Share NONE = new Share("", 0);
    }

    /** Room for a request; empty if there is none. */
    Optional<Share> take(Object connection, long bytes) {
        if (bytes < SMALL_BYTES) {
            return Optional.of(Share.NONE);
        }
        synchronized (this) {
            long own = ofConnections.getOrDefault(connection, 0L);
            if (own + bytes > mostOfOne || all + bytes > most) {
                return Optional.empty();
            }
            all += bytes;
            ofConnections.put(connection, own + bytes);
        }
        return Optional.of(new Share(connection, bytes));
    }

    void giveBack(Share share) {
        if (share.bytes() > 0) {
            synchronized (this) {
                all -= share.bytes();
                var unused = ofConnections.computeIfPresent(
                        share.connection(), (key, own) -> own > share.bytes() ? own - share.bytes() : null);
            }
        }
    }

    synchronized long bytes() {
        return all;
    }
}
