package io.quorate.engine.log;

import java.io.IOException;

/** There is no room for another segment. The log itself is unharmed; the write can be tried again. */
final class NoRoomException extends IOException {

    private static final long serialVersionUID = 1;

    NoRoomException(IOException cause) {
        super("there is no room for another log segment: " + cause.getMessage(), cause);
    }
}
