package io.quorate.cli;

import java.util.concurrent.TimeUnit;

/**
 * How fast something goes that can be counted, and how long the rest takes at that pace.
 *
 * @param beginNanos the time at which it was looked at first, by a monotonic clock
 * @param beginCount how much there was by then
 */
record Pace(long beginNanos, long beginCount) {

    /** So many more in a second; 0 if there is no time yet to judge by. */
    double perSecond(long nowNanos, long count) {
        double seconds = (nowNanos - beginNanos) / (double) TimeUnit.SECONDS.toNanos(1);
        return seconds <= 0 ? 0 : Math.max(0, count - beginCount) / seconds;
    }

    /** How long it takes yet, for example {@code about 8 s left}. */
    String left(long nowNanos, long count, long total) {
        double rate = perSecond(nowNanos, count);
        return rate < 1 ? "unknown time left" : "about " + Math.round(Math.max(0, total - count) / rate) + " s left";
    }
}
