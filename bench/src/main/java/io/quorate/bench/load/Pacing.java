package io.quorate.bench.load;

/** Decides when clients send their requests. Its methods may be called by one thread. */
interface Pacing extends AutoCloseable {

    /** Begins; requests are sent until the recording's end. */
    void start();

    /** Sends nothing more, although the end has not come. */
    void stop();

    /** Whether nothing is under way any more, nor to be sent. */
    boolean isOver();

    /**
     * Sends nothing more: drops what was to be sent until the end and has not been. What is under way goes on.
     *
     * @return how many requests of the measured time that were, at the first call
     */
    long dropUnsent();

    @Override
    void close();
}
