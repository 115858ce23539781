package io.quorate.kv;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Spares a store whose keys are not in memory most of the attempts to find them there: each that fails costs an exception, which
 * is more than reading the key from the operating system's cache. Thread-safe.
 */
final class UnknownPeeks {

    /** So many are not attempted after one that failed. */
    static final int SPARED = 15;

    private final AtomicInteger left = new AtomicInteger();

    /** One has failed. */
    void begin() {
        left.set(SPARED);
    }

    /** Whether the next one is spared; counts it. */
    boolean isAnother() {
        int before = left.get();
        return before > 0 && left.compareAndSet(before, before - 1);
    }
}
