package io.quorate.simulator.disk;

import java.io.IOException;

/** An operation failed because the plan of the run said so. */
public final class DiskFaultException extends IOException {

    private static final long serialVersionUID = 1;

    DiskFaultException(String message) {
        super(message);
    }
}
