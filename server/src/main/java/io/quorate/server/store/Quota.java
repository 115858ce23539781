package io.quorate.server.store;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * The bound on the store's size, by which puts are refused. Thread-safe.
 *
 * <p>The size is measured now and then, since measuring it costs more than a put; what was let through since then counts on
 * top of it.
 */
final class Quota {

    private static final long MEASURE_INTERVAL_NANOS = 100_000_000;

    /** What a pair takes in the store beside its bytes, roughly; the figure is etcd's. */
    private static final long OVERHEAD_BYTES = 256;

    private static final int ROOM_SHARE = 10;

    private final long limitBytes;
    private final LongSupplier sizeBytes;
    private final LongSupplier nanoTime;
    private final AtomicLong measuredAtNanos;
    private final LongAdder letThroughBytes = new LongAdder();
    private volatile long measuredBytes;

    /**
     * @param limitBytes less than 0: no limit
     * @param sizeBytes measures the store
     * @param nanoTime a monotonic clock
     */
    Quota(long limitBytes, LongSupplier sizeBytes, LongSupplier nanoTime) {
        this.limitBytes = limitBytes;
        this.sizeBytes = sizeBytes;
        this.nanoTime = nanoTime;
        this.measuredAtNanos = new AtomicLong(nanoTime.getAsLong());
        this.measuredBytes = sizeBytes.getAsLong();
    }

    /** Whether a write of so many bytes still fits; what fits is counted. */
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
     */
    boolean hasRoomAgain() {
        return limitBytes < 0 || sizeBytes.getAsLong() <= limitBytes - limitBytes / ROOM_SHARE;
    }

    /** Less than 0: no limit. */
    long limitBytes() {
        return limitBytes;
    }

    private void measureIfDue() {
        long now = nanoTime.getAsLong();
        long last = measuredAtNanos.get();
        if (now - last >= MEASURE_INTERVAL_NANOS && measuredAtNanos.compareAndSet(last, now)) {
            letThroughBytes.reset();
            measuredBytes = sizeBytes.getAsLong();
        }
    }
}
