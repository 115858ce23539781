package io.quorate.simulator.disk;

/** What a power failure does to the bytes that were written and not synced. */
public enum UnsyncedData {
    /** None of them reached the disk. */
    LOST,
    /** All of them had reached it, by chance. */
    WRITTEN,
    /** Some sectors of 512 bytes had, in no order. */
    SECTORS,
    /** Some pages of 4 KiB had, in no order. */
    PAGES
}
