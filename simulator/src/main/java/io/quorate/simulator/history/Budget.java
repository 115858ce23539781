package io.quorate.simulator.history;

/** What a search may cost before it is given up. Counts down; for one thread. */
final class Budget {

    private final long maxSteps;
    private final long maxBytes;
    private long steps;
    private long bytes;

    /**
     * @param maxSteps how often an operation may be tried
     * @param maxBytes the memory for what was tried, roughly
     */
    Budget(long maxSteps, long maxBytes) {
        this.maxSteps = maxSteps;
        this.maxBytes = maxBytes;
    }

    void step() {
        steps++;
    }

    void remember(long moreBytes) {
        bytes += moreBytes;
    }

    boolean isSpent() {
        return steps >= maxSteps || bytes >= maxBytes;
    }

    long steps() {
        return steps;
    }
}
