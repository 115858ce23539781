package io.quorate.simulator.disk;

/**
 * What is wrong with a disk, as probabilities for each operation from 0 to 1.
 *
 * @param readError a read fails
 * @param misdirectedRead a sector of what is read comes from another place of the disk
 * @param writeError a write fails, perhaps after a part of it
 * @param shortWrite a write takes two operations, and anything can come between them
 * @param syncError a sync fails; the pages look clean afterwards, and are lost in the next power failure
 * @param full what there is no more room for
 * @param slowSync a sync takes {@code slowNanos} more
 * @param slowNanos how much longer a slow sync takes: with seconds, it hangs
 */
public record DiskFaults(
        double readError,
        double misdirectedRead,
        double writeError,
        double shortWrite,
        double syncError,
        Full full,
        double slowSync,
        long slowNanos) {

    /** What there is no more room for. */
    public enum Full {
        /** There is room. */
        NOTHING,
        /** Writes that make a file longer. */
        WRITES,
        /** Space that is allocated ahead. */
        PREALLOCATION,
        /** New names: files that are created or renamed. */
        NAMES,
        /** All of it. */
        EVERYTHING;

        boolean concerns(Full need) {
            return this == EVERYTHING || this == need;
        }
    }

    /** Nothing is wrong. */
    public static final DiskFaults NONE = new DiskFaults(0, 0, 0, 0, 0, Full.NOTHING, 0, 0);

    /** Sectors that are read come from elsewhere. */
    public static DiskFaults misdirectedReads(double probability) {
        return new DiskFaults(0, probability, 0, 0, 0, Full.NOTHING, 0, 0);
    }

    /** There is no room for something, and nothing else is wrong. */
    public static DiskFaults full(Full full) {
        return new DiskFaults(0, 0, 0, 0, 0, full, 0, 0);
    }

    /** Whether what is read can be something else than what was written there. */
    public boolean isMisleading() {
        return misdirectedRead > 0;
    }
}
