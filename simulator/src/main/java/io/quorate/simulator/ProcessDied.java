package io.quorate.simulator;

/** Ends what a process was doing when it died. */
final class ProcessDied extends Error {

    private static final long serialVersionUID = 1;

    ProcessDied() {
        super("the process has died", null, false, false);
    }
}
