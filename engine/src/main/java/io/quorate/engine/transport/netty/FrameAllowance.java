package io.quorate.engine.transport.netty;

/**
 * How many frames and bytes a peer may send on one connection, at once and for long; whoever sends more is not read from for as long as
 * he is ahead. That costs an honest peer nothing but a moment. Used by one thread.
 */
final class FrameAllowance {

    /**
     * What a peer may send in each second, and as much at once.
     *
     * @param frames more than one thread of a member makes: what queues goes into one frame
     * @param bytes more than a network of 10 Gbit/s carries
     */
    record Rate(long frames, long bytes) {

        static final Rate GENEROUS = new Rate(500_000, 2L << 30);
    }

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final long beginNanos;
    private final double nanosPerFrame;
    private final double nanosPerByte;

    /** When, since the beginning, all that was sent would have been sent at the rate. A second ahead at most, or it is too much. */
    private double framesPaidUntil;

    private double bytesPaidUntil;

    FrameAllowance(Rate rate, long nowNanos) {
        beginNanos = nowNanos;
        nanosPerFrame = (double) NANOS_PER_SECOND / rate.frames();
        nanosPerByte = (double) NANOS_PER_SECOND / rate.bytes();
    }

    /** Takes note of what came, and returns for how many nanoseconds nothing more should be read; 0 if it is within the rate. */
    long spend(long frames, long bytes, long nowNanos) {
        double now = nowNanos - beginNanos;
        framesPaidUntil = Math.max(framesPaidUntil, now) + frames * nanosPerFrame;
        bytesPaidUntil = Math.max(bytesPaidUntil, now) + bytes * nanosPerByte;
        double ahead = Math.max(framesPaidUntil, bytesPaidUntil) - now - NANOS_PER_SECOND;
        return ahead > 0 ? (long) Math.ceil(ahead) : 0;
    }
}
