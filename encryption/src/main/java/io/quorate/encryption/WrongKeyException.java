package io.quorate.encryption;

/** The master key of the id that wrapped a data key does not unwrap it: it is another key, or the wrapped key was damaged. */
public final class WrongKeyException extends KeyException {

    private static final long serialVersionUID = 1;

    /** @param sentence says which key is wrong, and where it is from */
    public WrongKeyException(String keyId, String sentence) {
        super(keyId, sentence);
    }
}
