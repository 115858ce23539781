package io.quorate.server.healing;

import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Makes a reader that tells how much it has read wait, such that it reads no more than so many bytes in a second on average.
 * For one thread; {@link #cancel} may be called by any.
 */
final class RateLimit implements LongConsumer {

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** So often a wait looks whether it is to end. */
    private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final long bytesPerSecond;
    private final LongSupplier nanoTime;
    private final LongConsumer waitNanos;
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private long freeAtNanos;

    RateLimit(long bytesPerSecond) {
        this(bytesPerSecond, System::nanoTime, LockSupport::parkNanos);
    }

    /**
     * @param nanoTime tells the time, from wherever it is counted
     * @param waitNanos waits so long, or less
     */
    RateLimit(long bytesPerSecond, LongSupplier nanoTime, LongConsumer waitNanos) {
        this.bytesPerSecond = bytesPerSecond;
        this.nanoTime = nanoTime;
        this.waitNanos = waitNanos;
        this.freeAtNanos = nanoTime.getAsLong();
    }

    void cancel() {
        cancelled.set(true);
    }

    /** @throws CancellationException if the reading is to end */
    @Override
    public void accept(long bytes) {
        long now = nanoTime.getAsLong();
        // Time that was not used is not saved up: after a pause there is no rush.
        long begin = Math.max(now, freeAtNanos);
        freeAtNanos = begin + (long) ((double) bytes / bytesPerSecond * SECOND_NANOS);
        while (now < freeAtNanos || cancelled.get()) {
            if (cancelled.get()) {
                throw new CancellationException("the scrub was interrupted");
            }
            waitNanos.accept(Math.min(freeAtNanos - now, LONGEST_WAIT_NANOS));
            now = nanoTime.getAsLong();
        }
    }
}
