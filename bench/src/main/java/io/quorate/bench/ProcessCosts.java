package io.quorate.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * What this process has used since it started.
 *
 * @param cpuNanos processor time of all threads
 * @param allocatedBytes heap allocated by all threads, ended ones included
 */
record ProcessCosts(long cpuNanos, long allocatedBytes) {

    static ProcessCosts now() {
        long cpuNanos =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
        long allocatedBytes =
                ManagementFactory.getPlatformMXBean(ThreadMXBean.class).getTotalThreadAllocatedBytes();
        if (cpuNanos < 0 || allocatedBytes < 0) {
            throw new UnsupportedOperationException("this JVM does not tell processor time and allocation of threads");
        }
        return new ProcessCosts(cpuNanos, allocatedBytes);
    }

    ProcessCosts since(ProcessCosts before) {
        return new ProcessCosts(cpuNanos - before.cpuNanos, allocatedBytes - before.allocatedBytes);
    }
}
