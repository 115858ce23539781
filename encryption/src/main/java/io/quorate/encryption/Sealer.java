package io.quorate.encryption;

import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;
import javax.crypto.SecretKey;

/**
 * Seals messages with a data key: each becomes {@code byte[12] nonce, ciphertext, byte[16] tag}.
 *
 * <p>A nonce is {@code long prefix, int number}: the prefix is random, and the number counts the messages behind it; when all numbers are
 * used up, another prefix is drawn. So nonces of one sealer differ by their numbers, and those of two sealers of one key by their prefixes:
 * among a million sealers of one key, two have the same one with a probability of one in thirty million.
 *
 * <p>For one thread at a time.
 */
public final class Sealer {

    /** How much longer a sealed message is. */
    public static final int OVERHEAD = Gcm.NONCE_BYTES + Gcm.TAG_BYTES;

    private final Gcm gcm;
    private final RandomGenerator random;
    private final byte[] nonce = new byte[Gcm.NONCE_BYTES];
    private final ByteBuffer nonceFields = ByteBuffer.wrap(nonce);

    /** Messages behind the present prefix, from 0 to 2^32. */
    private long sealed;

    Sealer(SecretKey key, RandomGenerator random) {
        this(key, random, 0);
    }

    /** @param sealed how many numbers are used up already */
    Sealer(SecretKey key, RandomGenerator random, long sealed) {
        this.gcm = new Gcm(key);
        this.random = random;
        this.sealed = sealed;
        drawPrefix();
    }

    private void drawPrefix() {
        byte[] prefix = new byte[Long.BYTES];
        random.nextBytes(prefix);
        nonceFields.put(0, prefix);
    }

    /**
     * Seals what is left of a buffer, whose position moves to its limit, into another one, whose position moves behind it. The two must
     * not share bytes.
     *
     * @param associated what is not sealed, and without which the message cannot be opened; its position stays
     */
    public void seal(ByteBuffer plain, ByteBuffer associated, ByteBuffer out) {
        if (out.remaining() < plain.remaining() + OVERHEAD) {
            throw new IllegalArgumentException("no room to seal " + plain.remaining() + " bytes in " + out.remaining());
        }
        nextNonce();
        out.put(nonce);
        gcm.encrypt(nonce, associated, plain, out);
    }

    /** Seals a message. */
    public byte[] seal(byte[] plain, byte[] associated) {
        byte[] out = new byte[plain.length + OVERHEAD];
        seal(ByteBuffer.wrap(plain), ByteBuffer.wrap(associated), ByteBuffer.wrap(out));
        return out;
    }

    private void nextNonce() {
        if (sealed == 1L << 32) {
            drawPrefix();
            sealed = 0;
        }
        nonceFields.putInt(Long.BYTES, (int) sealed);
        sealed++;
    }
}
