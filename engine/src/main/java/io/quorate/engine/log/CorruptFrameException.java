package io.quorate.engine.log;

import java.io.IOException;

/** Bytes that should be an entry or a record are not: damaged, cut off, or of an unknown format. */
public final class CorruptFrameException extends IOException {

    private static final long serialVersionUID = 1;

    public CorruptFrameException(String message) {
        super(message);
    }
}
