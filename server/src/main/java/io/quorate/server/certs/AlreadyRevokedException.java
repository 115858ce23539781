package io.quorate.server.certs;

import java.io.IOException;

/** All that was to be revoked is revoked already: nothing was changed, and the list says so. */
public final class AlreadyRevokedException extends IOException {

    private static final long serialVersionUID = 1;

    AlreadyRevokedException(String sentence) {
        super(sentence);
    }
}
