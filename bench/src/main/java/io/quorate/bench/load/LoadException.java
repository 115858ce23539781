package io.quorate.bench.load;

import io.grpc.StatusRuntimeException;

/** Why nothing could be measured, in one sentence. */
public final class LoadException extends Exception {

    private static final long serialVersionUID = 1;

    /** Who is to blame. */
    public enum Reason {

        /** An endpoint cannot be reached. */
        UNREACHABLE,

        /** The cluster refuses what the measurement needs. */
        REFUSED
    }

    private final Reason reason;

    LoadException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    LoadException(String message, StatusRuntimeException cause) {
        super(message + ": " + Failure.of(cause.getStatus()), cause);
        this.reason = Failure.of(cause.getStatus()).outcome() == Failure.Outcome.REFUSED
                ? Reason.REFUSED
                : Reason.UNREACHABLE;
    }

    public Reason reason() {
        return reason;
    }
}
