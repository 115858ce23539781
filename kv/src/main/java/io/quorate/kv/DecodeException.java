package io.quorate.kv;

/** Bytes are not what their reader expects: cut short, garbage, or of a later release. */
public final class DecodeException extends Exception {
    private static final long serialVersionUID = 1L;

    public DecodeException(String message) {
        super(message);
    }
}
