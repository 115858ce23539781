package io.quorate.engine.transport;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Lets one line through in a while and counts the others: what strangers send to a port must not fill the disk. Safe for
 * use by many threads.
 */
public final class RateLimitedLog {

    private final Consumer<String> lines;
    private final long intervalNanos;
    private final LongSupplier nanoTime;
    private final AtomicLong nextLineAt;
    private final LongAdder heldBack = new LongAdder();

    /**
     * @param lines gets those that are let through
     * @param interval between two of them
     * @param nanoTime a clock that only goes forward
     */
    public RateLimitedLog(Consumer<String> lines, Duration interval, LongSupplier nanoTime) {
        this.lines = lines;
        this.intervalNanos = interval.toNanos();
        this.nanoTime = nanoTime;
        this.nextLineAt = new AtomicLong(nanoTime.getAsLong());
    }

    /** Writes a line, or counts it for the next one that is written. */
    public void line(String text) {
        long now = nanoTime.getAsLong();
        long due = nextLineAt.get();
        if (now - due < 0 || !nextLineAt.compareAndSet(due, now + intervalNanos)) {
            heldBack.increment();
            return;
        }
        long others = heldBack.sumThenReset();
        lines.accept(others == 0 ? text : text + " (and " + others + " more of this sort since the last such line)");
    }
}
