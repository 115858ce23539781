package io.quorate.encryption;

import java.io.IOException;

/** A data key cannot be had, since a master key is missing or wrong. Nothing is wrong with the file that it is for, as far as that can be told. */
public abstract sealed class KeyException extends IOException permits MissingKeyException, WrongKeyException {

    private static final long serialVersionUID = 1;

    private final String keyId;

    KeyException(String keyId, String sentence) {
        super(sentence);
        this.keyId = keyId;
    }

    /** The id of the master key that is missing or wrong. */
    public String keyId() {
        return keyId;
    }
}
