package io.quorate.kv;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The SHA-256 of single elements, as four lanes; not thread-safe.
 *
 * <p>What is hashed is: kind (1), length of the key (4), the four numbers (8 each), the key, and the content. No two
 * elements have the same bytes.
 */
final class ElementHash {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final int NUMBERS_AT = 1 + Integer.BYTES;
    private static final int HEAD_SIZE = NUMBERS_AT + 4 * Long.BYTES;
    private static final int GATHERED_SIZE = 1024;

    private final MessageDigest sha256;
    private final byte[] head = new byte[GATHERED_SIZE];
    private final byte[] hash = new byte[DigestSum.SIZE];

    ElementHash() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The hash, as the sum of itself alone. */
    DigestSum of(Element element) {
        digest(element);
        return new DigestSum(lane(0), lane(1), lane(2), lane(3));
    }

    private long lane(int lane) {
        return (long) LONG.get(hash, lane * Long.BYTES);
    }

    private void digest(Element element) {
        head[0] = element.kind();
        INT.set(head, 1, element.key().size());
        LONG.set(head, NUMBERS_AT, element.first());
        LONG.set(head, NUMBERS_AT + Long.BYTES, element.second());
        LONG.set(head, NUMBERS_AT + 2 * Long.BYTES, element.third());
        LONG.set(head, NUMBERS_AT + 3 * Long.BYTES, element.fourth());
        int size = HEAD_SIZE;
        size = update(element.key(), size);
        size = update(element.content(), size);
        sha256.update(head, 0, size);
        try {
            sha256.digest(hash, 0, hash.length);
        } catch (DigestException e) {
            throw new IllegalStateException("a SHA-256 has " + hash.length + " bytes", e);
        }
    }

    /** Small parts are put together before they are hashed, which is cheaper; answers how many bytes wait by then. */
    private int update(Bytes part, int waiting) {
        if (part.size() <= head.length - waiting) {
            part.copyTo(head, waiting);
            return waiting + part.size();
        }
        sha256.update(head, 0, waiting);
        part.updateInto(sha256);
        return 0;
    }
}
