package io.quorate.server.snapshot;

import java.io.IOException;

/** A file is no snapshot of etcd, or not one that can be taken; the message is one sentence without a full stop. */
public final class InvalidSnapshotException extends IOException {
    private static final long serialVersionUID = 1L;

    public InvalidSnapshotException(String message) {
        super(message);
    }

    public InvalidSnapshotException(String message, Throwable cause) {
        super(message, cause);
    }
}
