package io.quorate.simulator.disk;

/** How much of what lay at rest on a disk is another thing now. */
public enum Damage {

    /** One bit, and so one frame of a log at the most. */
    ONE_BIT,

    /** What was written last to a log, which looks as if it had never been written. */
    LOST_END,

    /** Sectors, a file, or all of it. */
    ANY
}
