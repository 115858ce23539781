package io.quorate.bench;

import java.util.Locale;

/**
 * What one thread gets out of the disk that the members write to.
 *
 * @param writeBytes written before each fdatasync, in a file that was filled before
 * @param syncsPerSecond of write and fdatasync
 * @param p50Micros of one write and fdatasync
 */
public record DiskResult(int writeBytes, double syncsPerSecond, double p50Micros, double p99Micros, double maxMicros) {

    /** One line of text. */
    public String line() {
        return String.format(
                Locale.ROOT,
                "disk: write of %d bytes and fdatasync in a preallocated file: p50 %.0f us, p99 %.0f us, %.0f a second",
                writeBytes,
                p50Micros,
                p99Micros,
                syncsPerSecond);
    }
}
