package io.quorate.encryption;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A data key as it lies beside what it seals: encrypted by a master key, which is named.
 *
 * <p>Form, big endian: {@code byte version, byte idLength, byte[] id in ASCII, short sealedLength, byte[] sealed}. What {@code sealed} is,
 * whoever wrapped it knows; it holds a nonce if it needs one.
 */
public final class WrappedKey {

    private static final byte VERSION = 1;
    private static final int MAX_SEALED = 512;

    /** The most that an encoded one takes. */
    public static final int MAX_BYTES = 2 + MasterKeyId.MAX_LENGTH + Short.BYTES + MAX_SEALED;

    private final String keyId;
    private final byte[] sealed;

    /** @param sealed copied */
    public WrappedKey(String keyId, byte[] sealed) {
        MasterKeyId.check(keyId);
        if (sealed.length == 0 || sealed.length > MAX_SEALED) {
            throw new IllegalArgumentException("a wrapped key has 1 to " + MAX_SEALED + " bytes, not " + sealed.length);
        }
        this.keyId = keyId;
        this.sealed = sealed.clone();
    }

    /** The id of the master key. */
    public String keyId() {
        return keyId;
    }

    /** A copy of the encrypted key. */
    public byte[] sealed() {
        return sealed.clone();
    }

    /** Bytes when encoded. */
    public int size() {
        return 2 + keyId.length() + Short.BYTES + sealed.length;
    }

    public void writeTo(ByteBuffer out) {
        out.put(VERSION).put((byte) keyId.length()).put(keyId.getBytes(StandardCharsets.US_ASCII));
        out.putShort((short) sealed.length).put(sealed);
    }

    public byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(size());
        writeTo(out);
        return out.array();
    }

    /**
     * Reads one, and moves the buffer's position behind it.
     *
     * @throws IOException with one sentence if there is none
     */
    public static WrappedKey decode(ByteBuffer in) throws IOException {
        if (need(in, 2).get() != VERSION) {
            throw new IOException("a wrapped key is of a form that this release does not know");
        }
        byte[] id = bytes(in, Byte.toUnsignedInt(in.get()));
        byte[] sealed = bytes(in, Short.toUnsignedInt(need(in, Short.BYTES).getShort()));
        try {
            return new WrappedKey(new String(id, StandardCharsets.ISO_8859_1), sealed);
        } catch (IllegalArgumentException e) {
            throw new IOException("what should be a wrapped key is none: " + e.getMessage(), e);
        }
    }

    private static byte[] bytes(ByteBuffer in, int length) throws IOException {
        byte[] bytes = new byte[length <= in.remaining() ? length : 0];
        need(in, length).get(bytes);
        return bytes;
    }

    private static ByteBuffer need(ByteBuffer in, int bytes) throws IOException {
        if (in.remaining() < bytes) {
            throw new IOException("a wrapped key is cut off");
        }
        return in;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WrappedKey key && keyId.equals(key.keyId) && Arrays.equals(sealed, key.sealed);
    }

    @Override
    public int hashCode() {
        return 31 * keyId.hashCode() + Arrays.hashCode(sealed);
    }

    /** What lies on the disk is no secret. */
    @Override
    public String toString() {
        return "WrappedKey[" + keyId + ", " + HexFormat.of().formatHex(sealed) + "]";
    }
}
