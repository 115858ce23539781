package io.quorate.server.tuning;

import io.quorate.core.SendCounts;
import java.time.Duration;
import java.util.OptionalDouble;

/**
 * What a leader measured of its clients' writes over a while in which it led all the time. Immutable.
 *
 * @param writes that were answered
 * @param meanMicros from proposal to answer
 * @param p99Micros the same, that 99 of 100 do not exceed
 * @param replicateMicros until enough others had a write, at the mean
 * @param floorMicros what that takes at least: the way to the one that is waited for and back, and a sync there; empty if it is not known
 * @param sent to the followers
 * @param lagEntries how many entries, at its end, the follower lacks that lags most of those that are heard; what is merely under way
 *     to it is left out
 */
public record Window(
        Duration length,
        long writes,
        double meanMicros,
        double p99Micros,
        double replicateMicros,
        OptionalDouble floorMicros,
        SendCounts sent,
        long lagEntries) {

    private static final double MICROS_PER_SECOND = 1e6;

    public Window {
        if (length.isZero() || length.isNegative()) {
            throw new IllegalArgumentException("a window has a length");
        }
    }

    /** A window of writes alone, for those who read it from members' pages; {@link #withSent} adds what was sent meanwhile. */
    public static Window ofWrites(
            Duration length,
            long writes,
            double meanMicros,
            double p99Micros,
            double replicateMicros,
            OptionalDouble floorMicros) {
        return new Window(length, writes, meanMicros, p99Micros, replicateMicros, floorMicros, SendCounts.NONE, 0);
    }

    /** The same with what was sent in it; the four as in {@link SendCounts}. */
    public Window withSent(long messages, long full, long underWay, long heldBack) {
        return new Window(
                length,
                writes,
                meanMicros,
                p99Micros,
                replicateMicros,
                floorMicros,
                new SendCounts(messages, full, underWay, heldBack),
                lagEntries);
    }

    public double perSecond() {
        return writes * MICROS_PER_SECOND / micros();
    }

    private double micros() {
        return length.toNanos() / 1e3;
    }

    /** How many writes were under way at a time, at the mean: by Little's law their rate times how long each took. */
    public double writesUnderWay() {
        return writes * meanMicros / micros();
    }

    /** How many messages were under way to a follower when one was sent, itself included, at the mean. */
    public double messagesUnderWay() {
        return sent.messages() == 0 ? 0 : (double) sent.underWay() / sent.messages();
    }

    /** The share of messages that were as large as they may be. */
    public double fullShare() {
        return sent.messages() == 0 ? 0 : (double) sent.full() / sent.messages();
    }

    /** Of the times that entries could have left for a follower, the share at which as much was under way as may be. */
    public double heldBackShare() {
        long times = sent.messages() + sent.heldBack();
        return times == 0 ? 0 : (double) sent.heldBack() / times;
    }

    /**
     * The share of a write's time that replication takes beyond what it takes at least: what another way of sending can save at most.
     * Empty if that is not known.
     */
    public OptionalDouble savable() {
        if (floorMicros.isEmpty() || meanMicros <= 0) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(Math.clamp((replicateMicros - floorMicros.getAsDouble()) / meanMicros, 0.0, 1.0));
    }
}
