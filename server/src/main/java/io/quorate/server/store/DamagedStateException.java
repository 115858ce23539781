package io.quorate.server.store;

import java.io.IOException;

/** A state that was to take the place of the present one is not what was written once; nothing may be built on it. */
public final class DamagedStateException extends IOException {

    private static final long serialVersionUID = 1;

    DamagedStateException(String sentence) {
        super(sentence);
    }
}
