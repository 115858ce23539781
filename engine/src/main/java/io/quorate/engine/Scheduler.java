package io.quorate.engine;

import java.time.Duration;

/** Calls something again and again. Missed calls are not made up for: after a pause of the process there is one. */
@FunctionalInterface
public interface Scheduler {

    /** Ends a repetition. */
    @FunctionalInterface
    interface Repetition extends AutoCloseable {
        @Override
        void close();
    }

    Repetition every(Duration interval, Runnable task);
}
