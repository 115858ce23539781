package io.quorate.simulator.disk;

/**
 * Is told what reaches a disk, from below: what was really written and really synced, whatever the writer believes. A file
 * is named by an object that stays the same when the file is renamed.
 */
public interface DiskObserver {

    /** Watches nothing. */
    DiskObserver NONE = new DiskObserver() {};

    /**
     * Bytes were written, whole or as far as the write came that failed; they are not durable yet. The array is never written
     * to again.
     *
     * @param position of the first of them in the file
     */
    default void written(Object file, long position, byte[] bytes) {}

    /** Everything that was written to the file is durable; or, if it failed, may never be, however often it is synced. */
    default void synced(Object file, boolean succeeded) {}

    /** What the file held at rest is another thing now. */
    default void damaged(Damage damage) {}
}
