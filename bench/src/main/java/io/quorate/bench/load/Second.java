package io.quorate.bench.load;

import java.util.OptionalDouble;

/**
 * What happened in a second or so.
 *
 * @param atSeconds its end, since what is measured began
 * @param opsPerSecond requests of the measured time that ended well in it
 * @param p50Micros median latency of those; empty if there was none
 * @param p99Micros of those; empty if there was none
 * @param failures so far, since the beginning
 */
public record Second(
        double atSeconds, double opsPerSecond, OptionalDouble p50Micros, OptionalDouble p99Micros, long failures) {}
