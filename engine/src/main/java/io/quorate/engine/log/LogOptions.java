package io.quorate.engine.log;

/**
 * The settings of a log.
 *
 * @param segmentBytes size of a segment file; one that must hold a larger entry is made larger
 * @param spareSegments segment files kept for reuse after compaction
 * @param cacheBytes recent entries kept in memory, headers included; those not yet durable and applied are always kept
 * @param groupBytes the most that goes out with one write
 */
public record LogOptions(long segmentBytes, int spareSegments, long cacheBytes, int groupBytes) {

    public static final LogOptions DEFAULT = new LogOptions(16L << 20, 2, 64L << 20, 1 << 20);

    public LogOptions {
        if (segmentBytes < 8192 || spareSegments < 0 || cacheBytes < 0 || groupBytes < 4096) {
            throw new IllegalArgumentException("a log needs segments of 8 KiB and groups of 4 KiB at least");
        }
    }
}
