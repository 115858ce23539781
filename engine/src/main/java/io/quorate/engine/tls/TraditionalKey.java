package io.quorate.engine.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * Private keys as OpenSSL and cfssl write them where they are not told otherwise, put into the form that the JDK reads (PKCS#8, RFC
 * 5208): that says of which algorithm the key is, and wraps it.
 */
final class TraditionalKey {

    private static final HexFormat HEX = HexFormat.of();

    /** rsaEncryption with no parameters. */
    private static final byte[] RSA = HEX.parseHex("300d06092a864886f70d0101010500");

    /** id-ecPublicKey; the curve follows. */
    private static final byte[] EC_PUBLIC_KEY = HEX.parseHex("06072a8648ce3d0201");

    private static final byte[] VERSION_0 = HEX.parseHex("020100");

    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;

    /** Where a key on a curve says which one (RFC 5915). */
    private static final int CURVE = 0xa0;

    private TraditionalKey() {}

    /** Of an RSA key (PKCS#1, RFC 8017). */
    static byte[] ofRsa(byte[] key) {
        return tagged(SEQUENCE, VERSION_0, RSA, tagged(OCTETS, key));
    }

    /**
     * Of a key on a curve (SEC 1, RFC 5915).
     *
     * @throws IOException with one sentence if it does not say on which
     */
    static byte[] ofCurve(byte[] key, Path file) throws IOException {
        try {
            ByteBuffer parts = ByteBuffer.wrap(key);
            header(parts, SEQUENCE);
            while (parts.hasRemaining()) {
                int tag = parts.get(parts.position()) & 0xff;
                ByteBuffer content = header(parts, tag);
                if (tag == CURVE) {
                    byte[] curve = new byte[content.remaining()];
                    content.get(curve);
                    return tagged(SEQUENCE, VERSION_0, tagged(SEQUENCE, EC_PUBLIC_KEY, curve), tagged(OCTETS, key));
                }
                parts.position(parts.position() + content.remaining());
            }
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException(file + " holds a damaged private key; write the file anew", e);
        }
        throw new IOException(file + " holds a private key that does not say on which curve it is; write it as PKCS#8");
    }

    /** Moves behind the header of a value; the answer is the value. */
    private static ByteBuffer header(ByteBuffer in, int tag) {
        int found = in.get() & 0xff;
        int length = in.get() & 0xff;
        if (found != tag) {
            throw new IllegalArgumentException("tag " + found + " where " + tag + " should be");
        }
        if (length > 0x80) {
            int bytes = length - 0x80;
            length = 0;
            for (int i = 0; i < bytes; i++) {
                length = (length << 8) | (in.get() & 0xff);
            }
        }
        return in.slice(in.position(), length);
    }

    private static byte[] tagged(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.size();
        if (length >= 0x80) {
            int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
            out.write(0x80 | bytes);
            for (int i = bytes - 1; i >= 0; i--) {
                out.write(length >>> (8 * i));
            }
        } else {
            out.write(length);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }
}
