package io.quorate.cli;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * When backups are due: at regular intervals from the first one on, however long each takes; and after a failure sooner, with
 * pauses that grow. For one thread.
 */
final class BackupSchedule {

    private static final Duration FIRST_RETRY = Duration.ofSeconds(10);
    private static final int MOST_DOUBLINGS = 20;

    /** The time, and how it is waited for. */
    interface Pace {

        /** As {@link System#nanoTime}: the time of day may be set back, and an hour is an hour all the same. */
        long nanoTime();

        void sleep(Duration duration) throws InterruptedException;
    }

    private final long everyNanos;
    private final Pace pace;
    private final long beginNanos;
    private int failures;

    BackupSchedule(Duration every, Pace pace) {
        this.everyNanos = every.toNanos();
        this.pace = pace;
        this.beginNanos = pace.nanoTime();
    }

    /**
     * Makes backups until the thread is interrupted.
     *
     * @param backup makes one, and tells whether it is good
     * @param onRetry told after one that is not when it is tried again
     */
    void follow(BooleanSupplier backup, Consumer<Duration> onRetry) throws InterruptedException {
        while (!Thread.currentThread().isInterrupted()) {
            boolean good = backup.getAsBoolean();
            Duration pause = pauseAfter(good);
            if (!good && !Thread.currentThread().isInterrupted()) {
                onRetry.accept(pause);
            }
            pace.sleep(pause);
        }
        throw new InterruptedException();
    }

    /** What is missed while a backup takes longer than the interval is not made up for. */
    private Duration pauseAfter(boolean good) {
        long sinceBegin = pace.nanoTime() - beginNanos;
        long untilDue = everyNanos - sinceBegin % everyNanos;
        if (good) {
            failures = 0;
            return Duration.ofNanos(untilDue);
        }
        long retry = FIRST_RETRY.toNanos() << Math.min(failures, MOST_DOUBLINGS);
        failures++;
        return Duration.ofNanos(Math.min(untilDue, retry));
    }
}
