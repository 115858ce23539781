package io.quorate.kv;

/**
 * How what a sealed store holds is opened. Immutable; safe for use by many threads.
 *
 * @param keys the store's data keys
 * @param allSealed whether no value lies there in plain: then one that does was put there by somebody else, and is none
 */
record SealedView(DataKeys keys, boolean allSealed) {

    /**
     * A record as it was before it was sealed, if it was.
     *
     * @throws StoreException if it is not what was sealed in this place
     */
    byte[] opened(byte[] key, byte[] stored) {
        requireSealed(key, stored, stored.length);
        return SealedRecord.opened(key, stored, keys);
    }

    /** Looks at a version of which no more than the head was read, and lets it look as one that is plain. */
    void openHead(byte[] key, byte[] head, int headSize) {
        requireSealed(key, head, headSize);
        if (StoreKeys.isVersion(key)) {
            SealedRecord.maskHead(head, headSize);
        }
    }

    private void requireSealed(byte[] key, byte[] head, int headSize) {
        if (allSealed && key.length > 0 && StoreKeys.isVersion(key) && SealedRecord.isPlainVersion(head, headSize)) {
            throw StoreException.ofForged("the store holds a value in plain, though all of its values are sealed: it is"
                    + " damaged, or somebody else has put it there");
        }
    }
}
