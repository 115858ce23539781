package io.quorate.simulator.disk;

import java.io.IOException;

/** An operation failed because the plan of the run said so. */
public sealed class DiskFaultException extends IOException permits FullDiskException {

    private static final long serialVersionUID = 1;

    DiskFaultException(String message) {
        super(message);
    }
}
