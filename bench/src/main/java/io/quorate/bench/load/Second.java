package io.quorate.bench.load;

/**
 * What happened in a second or so.
 *
 * @param atSeconds its end, since what is measured began
 * @param opsPerSecond requests that ended well in it
 * @param p50Micros median latency of those
 * @param failures so far, since the beginning
 */
public record Second(double atSeconds, double opsPerSecond, double p50Micros, double p99Micros, long failures) {}
