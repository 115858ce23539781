package io.quorate.encryption;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * A random key of AES-256 that seals what one file holds.
 *
 * <p>No two messages that one key seals have the same nonce, however many {@link Sealer}s it has, in however many runs of the program:
 * each numbers its messages behind a random prefix of its own.
 *
 * <p>Immutable; safe for use by many threads. Its sealers and openers are not.
 */
public final class DataKey {

    /** Bytes of the key itself. */
    public static final int BYTES = 32;

    private final SecretKey secret;
    private final RandomGenerator random;

    /** @param random where the prefixes of nonces are from: a secure source, except in a simulation */
    DataKey(byte[] secret, RandomGenerator random) {
        if (secret.length != BYTES) {
            throw new IllegalArgumentException("a data key has " + BYTES + " bytes, not " + secret.length);
        }
        this.secret = new SecretKeySpec(secret, "AES");
        this.random = random;
    }

    static DataKey generate(RandomGenerator random) {
        byte[] secret = new byte[BYTES];
        random.nextBytes(secret);
        DataKey key = new DataKey(secret, random);
        Arrays.fill(secret, (byte) 0);
        return key;
    }

    /** Seals messages, for one thread at a time. */
    public Sealer sealer() {
        return new Sealer(secret, random);
    }

    /** Opens what any sealer of this key has sealed, for one thread at a time. */
    public Opener opener() {
        return new Opener(secret);
    }

    /** The key itself, to be wrapped. The caller overwrites it. */
    byte[] secret() {
        return secret.getEncoded();
    }

    /** Takes as long whatever is compared. */
    @Override
    public boolean equals(Object other) {
        return other instanceof DataKey key && secret.equals(key.secret);
    }

    @Override
    public int hashCode() {
        return secret.hashCode();
    }

    /** Says nothing of the key. */
    @Override
    public String toString() {
        return "DataKey[hidden]";
    }
}
