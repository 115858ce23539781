package io.quorate.encryption;

import java.util.Set;

/**
 * The keys that data keys are wrapped with: one is current and wraps new ones, older ones unwrap what they have wrapped. Whoever implements
 * this may keep them in memory, or ask a service that never gives them away.
 *
 * <p>Safe for use by many threads.
 */
public interface MasterKeys {

    /** The id of the key that new data keys are wrapped with. */
    String currentId();

    /** The ids of all keys, the current one among them. */
    Set<String> ids();

    /** A new data key, that nothing was sealed with. */
    DataKey newDataKey();

    /**
     * Wraps a data key with the current master key.
     *
     * @param purpose what the data key is for; the wrapped key cannot be unwrapped for anything else
     * @throws KeyException if the current master key cannot be had
     */
    WrappedKey wrap(DataKey key, String purpose) throws KeyException;

    /**
     * What {@link #wrap} was given, by whichever master key it was wrapped.
     *
     * @throws MissingKeyException if there is no master key of that id
     * @throws WrongKeyException if the master key of that id is another one, or the wrapped key is damaged or for another purpose
     */
    DataKey unwrap(WrappedKey wrapped, String purpose) throws KeyException;
}
