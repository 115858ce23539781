package io.quorate.simulator;

/** How a process dies. */
public enum CrashKind {
    /** The process alone: what it had written is there, synced or not. */
    PROCESS,
    /** With the machine: of what was not synced anything may be there, or not. */
    POWER_LOSS,
    /** With its disk: a new process finds nothing. */
    DISK_LOSS
}
