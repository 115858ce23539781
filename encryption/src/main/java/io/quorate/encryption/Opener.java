package io.quorate.encryption;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.SecretKey;

/** Opens what a {@link Sealer} of the same key has sealed. For one thread at a time. */
public final class Opener {

    private final Gcm gcm;
    private final byte[] nonce = new byte[Gcm.NONCE_BYTES];

    Opener(SecretKey key) {
        this.gcm = new Gcm(key);
    }

    /**
     * Opens what is left of a buffer into another one, whose position moves behind it. Nothing is written there if it cannot be opened.
     *
     * @param associated what was given when it was sealed; its position stays
     * @throws NotAuthenticException if this was not sealed with this key and these associated data
     */
    public void open(ByteBuffer sealed, ByteBuffer associated, ByteBuffer out) throws NotAuthenticException {
        if (sealed.remaining() < Sealer.OVERHEAD) {
            throw new NotAuthenticException("a sealed message is cut off after " + sealed.remaining() + " bytes");
        }
        if (out.remaining() < sealed.remaining() - Sealer.OVERHEAD) {
            throw new IllegalArgumentException(
                    "no room to open " + sealed.remaining() + " sealed bytes in " + out.remaining());
        }
        sealed.get(nonce);
        try {
            gcm.decrypt(nonce, associated, sealed, out);
        } catch (GeneralSecurityException e) {
            // Why it was not, no cipher tells, and whoever forges must not learn.
            throw new NotAuthenticException("a sealed message was changed, or was sealed with another key");
        }
    }

    /** Opens a message. */
    public byte[] open(byte[] sealed, byte[] associated) throws NotAuthenticException {
        byte[] out = new byte[Math.max(0, sealed.length - Sealer.OVERHEAD)];
        open(ByteBuffer.wrap(sealed), ByteBuffer.wrap(associated), ByteBuffer.wrap(out));
        return out;
    }
}
