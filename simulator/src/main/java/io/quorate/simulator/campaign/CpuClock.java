package io.quorate.simulator.campaign;

import java.time.Duration;

/**
 * How long this process has worked, the compiler and the collector of garbage included: what a campaign costs, whatever else
 * the machine does.
 */
final class CpuClock {

    private CpuClock() {}

    static long nanos() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(Duration::toNanos)
                .orElse(0L);
    }
}
