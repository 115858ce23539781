package io.quorate.encryption;

/** There is no master key of the id that wrapped a data key. */
public final class MissingKeyException extends KeyException {

    private static final long serialVersionUID = 1;

    /** @param sentence says which key is missing, and where it was looked for */
    public MissingKeyException(String keyId, String sentence) {
        super(keyId, sentence);
    }
}
