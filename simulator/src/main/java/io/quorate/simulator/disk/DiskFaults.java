package io.quorate.simulator.disk;

/**
 * What is wrong with a disk, as probabilities for each operation from 0 to 1.
 *
 * @param readError a read fails
 * @param writeError a write fails, perhaps after a part of it
 * @param syncError a sync fails; the pages look clean afterwards, and are lost in the next power failure
 * @param full nothing more can be allocated, created or renamed
 * @param slowSync a sync takes {@code slowNanos} more
 * @param slowNanos how much longer a slow sync takes
 */
public record DiskFaults(
        double readError, double writeError, double syncError, boolean full, double slowSync, long slowNanos) {

    /** Nothing is wrong. */
    public static final DiskFaults NONE = new DiskFaults(0, 0, 0, false, 0, 0);
}
