package io.quorate.server.bolt;

import java.io.IOException;

/** A file is not one of bbolt's, or is damaged; the message is one sentence without a full stop. */
public final class BoltException extends IOException {
    private static final long serialVersionUID = 1L;

    BoltException(String message) {
        super(message);
    }
}
