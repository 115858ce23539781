package io.quorate.bench.load;

/** Decides when clients send their requests. Its methods may be called by one thread. */
interface Pacing extends AutoCloseable {

    /** Begins; requests are sent until the recording's end. */
    void start();

    /** Sends nothing more, although the end has not come. */
    void stop();

    /** Whether nothing is under way any more, nor to be sent. */
    boolean isOver();

    /** Drops what was to be sent and has not been; what is under way goes on. Returns how many of the measured time that were. */
    long dropUnsent();

    @Override
    void close();
}
