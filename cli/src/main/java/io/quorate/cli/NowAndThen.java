package io.quorate.cli;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Says when it is time to tell how far something is: not at once, since most things are quick, and then at intervals. For one thread. */
final class NowAndThen {

    /** For somebody who waits for a step of an operation. */
    static final Duration INTERVAL = Duration.ofSeconds(2);

    private final long intervalNanos;
    private final LongSupplier nanoTime;
    private long nextNanos;

    /** @param nanoTime tells the time, as {@link System#nanoTime} does */
    NowAndThen(Duration interval, LongSupplier nanoTime) {
        this.intervalNanos = interval.toNanos();
        this.nanoTime = nanoTime;
        begin();
    }

    /** Something begins that may take long. */
    void begin() {
        nextNanos = nanoTime.getAsLong() + intervalNanos;
    }

    /** Whether it is time; if so, it is not again before the interval has passed. */
    boolean isTime() {
        long now = nanoTime.getAsLong();
        if (now - nextNanos < 0) {
            return false;
        }
        nextNanos = now + intervalNanos;
        return true;
    }
}
