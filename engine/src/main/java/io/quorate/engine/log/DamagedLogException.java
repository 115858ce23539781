package io.quorate.engine.log;

import java.io.IOException;

/** A durable entry of the log cannot be read back as it was written. Opening the data directory anew mends the log. */
public final class DamagedLogException extends IOException {

    private static final long serialVersionUID = 1;

    DamagedLogException(String sentence, CorruptFrameException cause) {
        super(sentence, cause);
    }
}
