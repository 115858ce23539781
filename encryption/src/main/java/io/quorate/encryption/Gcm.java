package io.quorate.encryption;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/** AES-256-GCM under one key, with nonces of 96 and tags of 128 bits. For one thread at a time. */
final class Gcm {

    static final int NONCE_BYTES = 12;
    static final int TAG_BYTES = 16;

    private final SecretKey key;
    private final Cipher cipher;

    Gcm(SecretKey key) {
        this.key = key;
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no AES-GCM, which encryption at rest needs", e);
        }
    }

    /** Writes ciphertext and tag. */
    void encrypt(byte[] nonce, ByteBuffer associated, ByteBuffer plain, ByteBuffer out) {
        try {
            begin(Cipher.ENCRYPT_MODE, nonce, associated);
            cipher.doFinal(plain, out);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM does not seal: " + e.getMessage(), e);
        }
    }

    /**
     * Reads ciphertext and tag.
     *
     * @throws GeneralSecurityException if they do not belong to key, nonce and associated data
     */
    void decrypt(byte[] nonce, ByteBuffer associated, ByteBuffer sealed, ByteBuffer out)
            throws GeneralSecurityException {
        begin(Cipher.DECRYPT_MODE, nonce, associated);
        cipher.doFinal(sealed, out);
    }

    private void begin(int mode, byte[] nonce, ByteBuffer associated)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
        if (associated.hasRemaining()) {
            cipher.updateAAD(associated.duplicate());
        }
    }
}
