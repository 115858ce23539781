package io.quorate.server.store;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * The bound on the store's size, by which puts are refused. Thread-safe.
 *
 * <p>The size is measured now and then, and never by who asks whether a write fits: measuring has to wait while the store is
 * replaced by a snapshot, and a client's event loop must not. What was let through since the last measurement counts on top of
 * it.
 */
final class Quota {

    private static final long MEASURE_INTERVAL_NANOS = 100_000_000;

    /** What a pair takes in the store beside its bytes, roughly; the figure is etcd's. */
    private static final long OVERHEAD_BYTES = 256;

    private static final int ROOM_SHARE = 10;

    private final long limitBytes;
    private final LongSupplier sizeBytes;
    private final LongSupplier nanoTime;
    private final Executor measurer;
    private final AtomicBoolean measuring = new AtomicBoolean();
    private final AtomicLong measuredAtNanos;
    private final LongAdder letThroughBytes = new LongAdder();
    private volatile long measuredBytes;

    /**
     * @param limitBytes less than 0: no limit
     * @param sizeBytes measures the store
     * @param nanoTime a monotonic clock
     * @param measurer runs measurements, which may block; one at a time is under way
     */
    Quota(long limitBytes, LongSupplier sizeBytes, LongSupplier nanoTime, Executor measurer) {
        this.limitBytes = limitBytes;
        this.sizeBytes = sizeBytes;
        this.nanoTime = nanoTime;
        this.measurer = measurer;
        this.measuredAtNanos = new AtomicLong(nanoTime.getAsLong());
        this.measuredBytes = sizeBytes.getAsLong();
    }

    /** Whether a write of so many bytes still fits; what fits is counted. Never blocks. */
    boolean admits(long bytes) {
        if (limitBytes < 0) {
            return true;
        }
        measureIfDue();
        long cost = bytes + OVERHEAD_BYTES;
        if (measuredBytes + letThroughBytes.sum() + cost >= limitBytes) {
            return false;
        }
        letThroughBytes.add(cost);
        return true;
    }

    /**
     * Whether a store that was full has room for more than the next few writes: a tenth of the limit. Were it less, an alarm
     * would come and go with every file that the store writes and drops beside what it holds; were it much more, a store
     * that can't be made so small would never be written to again.
     *
     * <p>Measures at once, and may block. The next writes are judged by what it has found: were they judged by an older, greater
     * size, the alarm that is taken back now would come right back.
     */
    boolean hasRoomAgain() {
        return limitBytes < 0 || measure() <= limitBytes - limitBytes / ROOM_SHARE;
    }

    /** Less than 0: no limit. */
    long limitBytes() {
        return limitBytes;
    }

    private void measureIfDue() {
        long now = nanoTime.getAsLong();
        if (now - measuredAtNanos.get() < MEASURE_INTERVAL_NANOS || !measuring.compareAndSet(false, true)) {
            return;
        }
        measuredAtNanos.set(now);
        try {
            measurer.execute(() -> {
                try {
                    measure();
                } finally {
                    measuring.set(false);
                }
            });
        } catch (RejectedExecutionException e) {
            // Whoever runs them has too much to do; until the next one everything that is let through counts.
            measuring.set(false);
        }
    }

    /** What is let through while the store is measured goes on counting: it may not be part of the size yet. */
    private synchronized long measure() {
        long countedBytes = letThroughBytes.sum();
        long size = sizeBytes.getAsLong();
        measuredBytes = size;
        letThroughBytes.add(-countedBytes);
        return size;
    }
}
