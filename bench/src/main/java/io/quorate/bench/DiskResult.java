package io.quorate.bench;

/**
 * What one thread gets out of the disk that the members write to.
 *
 * @param writeBytes written before each fdatasync, in a file that was filled before
 * @param syncsPerSecond of write and fdatasync
 * @param p50Micros of one write and fdatasync
 */
public record DiskResult(int writeBytes, double syncsPerSecond, double p50Micros, double p99Micros, double maxMicros) {}
