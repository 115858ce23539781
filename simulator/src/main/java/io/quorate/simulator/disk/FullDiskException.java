package io.quorate.simulator.disk;

/** There is no room, because the plan of the run said so. Unlike other failures this one is to be survived. */
public final class FullDiskException extends DiskFaultException {

    private static final long serialVersionUID = 1;

    FullDiskException() {
        super("No space left on device");
    }
}
