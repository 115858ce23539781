package io.quorate.engine;

/** A monotonic clock; simulated ones stand in for it. */
@FunctionalInterface
public interface Clock {

    /** Nanoseconds since some fixed moment. Never goes back. */
    long nanoTime();
}
