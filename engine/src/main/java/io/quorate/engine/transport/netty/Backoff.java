package io.quorate.engine.transport.netty;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: doubles with each failure, up to a bound, and is spread over its upper half,
 * so that members which lost each other at once do not keep step. Not safe for use by many threads.
 */
final class Backoff {

    private final long minNanos;
    private final long maxNanos;
    private final RandomGenerator random;
    private long nextNanos;

    Backoff(Duration min, Duration max, RandomGenerator random) {
        this.minNanos = min.toNanos();
        this.maxNanos = max.toNanos();
        this.random = random;
        if (minNanos < 1 || maxNanos < minNanos) {
            throw new IllegalArgumentException("a delay must grow from above zero: from " + min + " to " + max);
        }
        this.nextNanos = minNanos;
    }

    /** The wait after one more failure, in nanoseconds. */
    long nextDelayNanos() {
        long full = nextNanos;
        nextNanos = full > maxNanos / 2 ? maxNanos : 2 * full;
        return full / 2 + random.nextLong(full - full / 2) + 1;
    }

    /** After a success the next failure is the first again. */
    void reset() {
        nextNanos = minNanos;
    }
}
