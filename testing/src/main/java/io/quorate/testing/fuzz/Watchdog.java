package io.quorate.testing.fuzz;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Notices a thread that spends more processor time on one thing than it may; what other processes take does not count. */
final class Watchdog {

    private static final Duration GLANCE = Duration.ofMillis(50);

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Thread thread;
    private final LongSupplier number;
    private final Duration most;

    /**
     * @param number of the thing that the thread is at
     * @param most processor time for one thing
     */
    Watchdog(Thread thread, LongSupplier number, Duration most) {
        this.thread = thread;
        this.number = number;
        this.most = most;
    }

    /**
     * Waits until the thread ends, or hangs.
     *
     * @return whether it has ended
     */
    boolean watch() throws InterruptedException {
        long seen = -1;
        long since = 0;
        while (!thread.join(GLANCE)) {
            long at = number.getAsLong();
            // -1 for a thread that has just ended.
            long cpu = threads.getThreadCpuTime(thread.threadId());
            if (at != seen) {
                seen = at;
                since = cpu;
            } else if (cpu - since > most.toNanos()) {
                return false;
            }
        }
        return true;
    }
}
