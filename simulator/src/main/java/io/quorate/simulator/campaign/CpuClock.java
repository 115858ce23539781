package io.quorate.simulator.campaign;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** How long the present thread has worked: what a run costs, whatever else the machine does. */
final class CpuClock {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private CpuClock() {}

    static long nanos() {
        return THREADS.getCurrentThreadCpuTime();
    }
}
