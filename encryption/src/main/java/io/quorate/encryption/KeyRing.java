package io.quorate.encryption;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Master keys that were read from a text, of which the first is current; {@link KeyRingText} says what it looks like.
 *
 * <p>Immutable; safe for use by many threads.
 */
public final class KeyRing implements MasterKeys {

    private final Map<String, SecretKey> keys;
    private final String currentId;
    private final String source;
    private final RandomGenerator random;

    /**
     * @param keys by id, the current one first
     * @param source where they are from, as sentences name it
     * @param random thread-safe
     */
    KeyRing(Map<String, SecretKey> keys, String source, RandomGenerator random) {
        this.keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
        this.currentId = this.keys.keySet().iterator().next();
        this.source = source;
        this.random = random;
    }

    /**
     * Reads a ring.
     *
     * @param source where the text is from, as sentences name it
     * @throws IOException with one sentence, which holds nothing of a key, if the text is no ring
     */
    public static KeyRing parse(String text, String source) throws IOException {
        return new KeyRing(KeyRingText.parse(text, source), source, new SecureRandom());
    }

    /** A ring whose only key, and all that is drawn, follow from a source of random numbers: for simulated runs alone. */
    public static KeyRing simulated(String id, RandomGenerator random) {
        MasterKeyId.check(id);
        byte[] secret = new byte[DataKey.BYTES];
        random.nextBytes(secret);
        return new KeyRing(Map.of(id, new SecretKeySpec(secret, "AES")), "the simulation", random);
    }

    @Override
    public String currentId() {
        return currentId;
    }

    /** In the order in which they were read. */
    @Override
    public Set<String> ids() {
        return keys.keySet();
    }

    @Override
    public DataKey newDataKey() {
        return DataKey.generate(random);
    }

    @Override
    public WrappedKey wrap(DataKey key, String purpose) throws MissingKeyException {
        byte[] secret = key.secret();
        try {
            // Each wraps few keys, and members that share the ring don't know of each other's: the nonce is random as a
            // whole.
            byte[] nonce = new byte[Gcm.NONCE_BYTES];
            random.nextBytes(nonce);
            ByteBuffer sealed =
                    ByteBuffer.allocate(DataKey.BYTES + Sealer.OVERHEAD).put(nonce);
            new Gcm(master(currentId))
                    .encrypt(nonce, ByteBuffer.wrap(associated(currentId, purpose)), ByteBuffer.wrap(secret), sealed);
            return new WrappedKey(currentId, sealed.array());
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    @Override
    public DataKey unwrap(WrappedKey wrapped, String purpose) throws KeyException {
        Opener opener = new Opener(master(wrapped.keyId()));
        byte[] secret = new byte[0];
        try {
            secret = opener.open(wrapped.sealed(), associated(wrapped.keyId(), purpose));
            return new DataKey(secret, random);
        } catch (NotAuthenticException | IllegalArgumentException e) {
            throw new WrongKeyException(
                    wrapped.keyId(),
                    "the master key " + wrapped.keyId() + " of " + source
                            + " is not the one that was used under this id, or what it has wrapped was damaged");
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private SecretKey master(String id) throws MissingKeyException {
        SecretKey key = keys.get(id);
        if (key == null) {
            throw new MissingKeyException(
                    id,
                    "the master key " + id + " is needed, and " + source + " has only "
                            + String.join(", ", keys.keySet()));
        }
        return key;
    }

    private static byte[] associated(String id, String purpose) {
        byte[] idBytes = id.getBytes(StandardCharsets.UTF_8);
        byte[] purposeBytes = purpose.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Integer.BYTES + idBytes.length + purposeBytes.length)
                .putInt(idBytes.length)
                .put(idBytes)
                .put(purposeBytes)
                .array();
    }

    /** Says nothing of the keys but their ids. */
    @Override
    public String toString() {
        return "KeyRing" + keys.keySet() + " of " + source;
    }
}
