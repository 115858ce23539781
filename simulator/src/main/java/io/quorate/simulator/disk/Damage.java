package io.quorate.simulator.disk;

/** How much of what lay at rest on a disk is another thing now. */
public enum Damage {

    /** One bit, and so one frame of a log at the most. */
    ONE_BIT,

    /** Sectors, a file, or all of it. */
    ANY
}
