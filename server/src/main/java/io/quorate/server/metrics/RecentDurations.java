package io.quorate.server.metrics;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How long something took each time, of the last minute or another window. Thread-safe.
 *
 * <p>Durations are counted in classes of which each is a sixteenth wider than its lower end, in microseconds; so what is told is too high
 * by that much at most. Seven spans, of ten seconds for a minute, are kept, the present one among them.
 */
public final class RecentDurations {

    /**
     * What the durations come to.
     *
     * @param count at least 1
     */
    public record Summary(long count, long p50Micros, long p99Micros, long maxMicros) {}

    private static final int SUB_BITS = 4;
    private static final int SUB_CLASSES = 1 << SUB_BITS;
    private static final int CLASSES = (Long.SIZE - SUB_BITS) * SUB_CLASSES;
    private static final int SPANS = 7;
    private static final Duration SPAN_OF_A_MINUTE = Duration.ofSeconds(10);

    private final LongSupplier nanoTime;
    private final long spanNanos;
    private final long beginNanos;
    private final int[][] counts = new int[SPANS][CLASSES];
    private final long[] spanOf = new long[SPANS];

    /**
     * Those of the last minute.
     *
     * @param nanoTime a monotonic clock
     */
    public RecentDurations(LongSupplier nanoTime) {
        this(nanoTime, SPAN_OF_A_MINUTE);
    }

    /**
     * Those of another window.
     *
     * @param nanoTime a monotonic clock
     * @param span of which the window has seven, the present one, which is not over, among them
     */
    public RecentDurations(LongSupplier nanoTime, Duration span) {
        this.nanoTime = nanoTime;
        this.spanNanos = span.toNanos();
        this.beginNanos = nanoTime.getAsLong();
    }

    /** Counts one. */
    public synchronized void add(long nanos) {
        long span = span();
        int slot = (int) (span % SPANS);
        if (spanOf[slot] != span) {
            Arrays.fill(counts[slot], 0);
            spanOf[slot] = span;
        }
        counts[slot][classOf(Math.max(0, nanos / 1000))]++;
    }

    private long span() {
        return (nanoTime.getAsLong() - beginNanos) / spanNanos;
    }

    /** What was counted in the window; nothing if there was nothing. */
    public synchronized Optional<Summary> summary() {
        long now = span();
        long[] sums = new long[CLASSES];
        long total = 0;
        for (int slot = 0; slot < SPANS; slot++) {
            if (now - spanOf[slot] >= SPANS) {
                continue;
            }
            for (int i = 0; i < CLASSES; i++) {
                sums[i] += counts[slot][i];
                total += counts[slot][i];
            }
        }
        return total == 0
                ? Optional.empty()
                : Optional.of(new Summary(
                        total, at(sums, (total + 1) / 2), at(sums, Math.ceilDiv(total * 99, 100)), at(sums, total)));
    }

    /** The duration that so many do not exceed. */
    private static long at(long[] sums, long rank) {
        long seen = 0;
        for (int i = 0; i < CLASSES; i++) {
            seen += sums[i];
            if (seen >= rank) {
                return greatestOf(i);
            }
        }
        throw new IllegalStateException("fewer than " + rank + " durations were counted");
    }

    /** The first classes hold one value each; from there on, each power of two has sixteen. */
    private static int classOf(long micros) {
        if (micros < SUB_CLASSES) {
            return (int) micros;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(micros) - SUB_BITS;
        return (shift + 1) * SUB_CLASSES + (int) (micros >>> shift) - SUB_CLASSES;
    }

    private static long greatestOf(int index) {
        if (index < SUB_CLASSES) {
            return index;
        }
        int shift = index / SUB_CLASSES - 1;
        return ((SUB_CLASSES + index % SUB_CLASSES + 1L) << shift) - 1;
    }
}
