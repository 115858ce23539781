package io.quorate.encryption;

import java.io.IOException;

/** Sealed bytes are not what this key has sealed: they were changed, cut off, moved elsewhere, or sealed with another key. */
public final class NotAuthenticException extends IOException {

    private static final long serialVersionUID = 1;

    public NotAuthenticException(String sentence) {
        super(sentence);
    }
}
