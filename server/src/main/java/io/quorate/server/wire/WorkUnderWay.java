package io.quorate.server.wire;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The present request of an HTTP/1.1 connection as it is being carried out: it takes up room until it is answered, and until everybody who
 * works at it has ended. A client that leaves does not stop what it has begun. Thread-safe.
 */
public final class WorkUnderWay {

    private static final AttributeKey<WorkUnderWay> PRESENT = AttributeKey.valueOf(WorkUnderWay.class, "present");

    private final Runnable giveBack;
    private final AtomicInteger working = new AtomicInteger();

    /** One of those who work at it. */
    public final class Part {
        private final AtomicBoolean over = new AtomicBoolean();

        private Part() {
            working.incrementAndGet();
        }

        /** Does nothing more at it; it may be said more than once. */
        public void ended() {
            if (!over.getAndSet(true) && working.decrementAndGet() == 0) {
                giveBack.run();
            }
        }
    }

    private WorkUnderWay(Runnable giveBack) {
        this.giveBack = giveBack;
    }

    /**
     * Begins with the present request of a connection, on its event loop.
     *
     * @param giveBack is done once, when nobody works at it any more
     * @return the connection's own part
     */
    public static Part begin(Channel channel, Runnable giveBack) {
        WorkUnderWay present = new WorkUnderWay(giveBack);
        channel.attr(PRESENT).set(present);
        return present.new Part();
    }

    /** Begins to work at the present request of a connection, on its event loop and before it is answered. */
    public static Part join(Channel channel) {
        WorkUnderWay present = channel.attr(PRESENT).get();
        return (present == null ? new WorkUnderWay(() -> {}) : present).new Part();
    }
}
