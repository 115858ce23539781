package io.quorate.engine.log;

import java.security.SecureRandom;
import java.util.function.LongSupplier;

/**
 * The settings of a log.
 *
 * @param segmentBytes size of a segment file; one that must hold a larger entry is made larger
 * @param spareSegments segment files kept for reuse after compaction
 * @param cacheBytes recent entries kept in memory, headers included; those not yet durable and applied are always kept
 * @param groupBytes the most that goes out with one write
 * @param keys whether and with what the log is sealed
 * @param secrets gives each segment random bits that nobody can guess, see {@link SegmentSecret}: from a secure source, except in a simulation; with 0 a
 *     segment has the form of earlier releases
 */
public record LogOptions(
        long segmentBytes, int spareSegments, long cacheBytes, int groupBytes, LogKeys keys, LongSupplier secrets) {

    public static final LogOptions DEFAULT = new LogOptions(16L << 20, 2, 64L << 20, 1 << 20);

    /** The settings of a log whose secrets are from a secure source. */
    public LogOptions(long segmentBytes, int spareSegments, long cacheBytes, int groupBytes, LogKeys keys) {
        this(segmentBytes, spareSegments, cacheBytes, groupBytes, keys, secureSecrets());
    }

    /** As the other one, of a log that is not sealed. */
    public LogOptions(long segmentBytes, int spareSegments, long cacheBytes, int groupBytes) {
        this(segmentBytes, spareSegments, cacheBytes, groupBytes, LogKeys.NONE);
    }

    public LogOptions {
        if (segmentBytes < 8192 || spareSegments < 0 || cacheBytes < 0 || groupBytes < 4096) {
            throw new IllegalArgumentException("a log needs segments of 8 KiB and groups of 4 KiB at least");
        }
    }

    /** Random bits from a secure source. */
    public static LongSupplier secureSecrets() {
        return new SecureRandom()::nextLong;
    }

    public LogOptions with(LogKeys newKeys) {
        return new LogOptions(segmentBytes, spareSegments, cacheBytes, groupBytes, newKeys, secrets);
    }

    public LogOptions withSecrets(LongSupplier newSecrets) {
        return new LogOptions(segmentBytes, spareSegments, cacheBytes, groupBytes, keys, newSecrets);
    }
}
