package io.quorate.testing.fuzz;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Notices a thread that spends more processor time on one thing than it may, or that spends none and gets no further: what waits for something that
 * never comes hangs as well.
 */
final class Watchdog {

    private static final Duration GLANCE = Duration.ofMillis(50);

    /** By so much longer than a thing may take may it take while the thread gets no processor: that may be for other processes' sake. */
    private static final int PATIENCE = 60;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Thread thread;
    private final LongSupplier number;
    private final Duration most;

    /** How often the thread is seen at one thing before it hangs; glances and not a time, since this process may be stopped as a whole. */
    private final long mostGlances;

    /** How a thread hangs. */
    enum Hang {
        /** It has spent more processor time than it may. */
        BUSY,
        /** It waits. */
        BLOCKED
    }

    /**
     * @param number of the thing that the thread is at
     * @param most processor time for one thing
     */
    Watchdog(Thread thread, LongSupplier number, Duration most) {
        this.thread = thread;
        this.number = number;
        this.most = most;
        this.mostGlances = Math.max(1, PATIENCE * most.toMillis() / GLANCE.toMillis());
    }

    /**
     * Waits until the thread ends, or hangs.
     *
     * @return empty if it has ended
     */
    Optional<Hang> watch() throws InterruptedException {
        long seen = -1;
        long since = 0;
        long glances = 0;
        while (!thread.join(GLANCE)) {
            long at = number.getAsLong();
            // -1 for a thread that has just ended.
            long cpu = threads.getThreadCpuTime(thread.threadId());
            glances++;
            if (at != seen) {
                seen = at;
                since = cpu;
                glances = 0;
            } else if (cpu - since > most.toNanos()) {
                return Optional.of(Hang.BUSY);
            } else if (glances > mostGlances) {
                return Optional.of(Hang.BLOCKED);
            }
        }
        return Optional.empty();
    }
}
