package io.quorate.kv;

import io.quorate.encryption.Sealer;
import java.nio.ByteBuffer;

/**
 * What is sealed of a record of the store, and how: the value that a client has put, and whole records of users, roles, members,
 * digests and operations.
 *
 * <pre>
 * a version    2, its numbers as in {@link Version}; number of the data key (varint), the sealed value
 * others       number of the data key (varint), the sealed record
 * </pre>
 *
 * <p>Sealed with it, without being hidden, are the record's key and all that stands before: so nothing that was sealed in one place can be
 * opened in another, or with other numbers. A version that is plain begins with another byte; of the others, a store has all sealed or none.
 */
final class SealedRecord {
    /** In place of that of a live version. */
    private static final byte SEALED = 2;

    /** As many bytes as tell what key has sealed a version, at most. */
    static final int MAX_HEAD_SIZE = Version.MAX_HEAD_SIZE + 5;

    private static final byte[] WHOLE = {
        StoreKeys.MEMBER,
        StoreKeys.DIGEST,
        StoreKeys.VERIFICATION_KIND,
        StoreKeys.USER,
        StoreKeys.ROLE,
        StoreKeys.OPERATION
    };

    private SealedRecord() {}

    /** The kinds of keys whose records are sealed as a whole. */
    static byte[] wholeKinds() {
        return WHOLE.clone();
    }

    private static boolean isWhole(byte[] key) {
        for (byte kind : WHOLE) {
            if (key[0] == kind) {
                return true;
            }
        }
        return false;
    }

    /** Whether a record as the store is handed it has anything to be sealed. */
    static boolean isToBeSealed(byte[] key, byte[] plain) {
        return key.length > 0 && (StoreKeys.isVersion(key) ? !Version.isDeletion(plain, plain.length) : isWhole(key));
    }

    private static boolean isSealed(byte[] key, byte[] stored) {
        return key.length > 0 && (StoreKeys.isVersion(key) ? isSealedVersion(stored, stored.length) : isWhole(key));
    }

    private static boolean isSealedVersion(byte[] head, int headSize) {
        return headSize > 0 && head[0] == SEALED;
    }

    /** Whether a version, of which the head suffices, has its value in plain. */
    static boolean isPlainVersion(byte[] head, int headSize) {
        return headSize > 0 && head[0] == Version.LIVE;
    }

    /** Lets a sealed version's head look as one that is plain. */
    static void maskHead(byte[] head, int headSize) {
        if (isSealedVersion(head, headSize)) {
            head[0] = Version.LIVE;
        }
    }

    /** Whether a version, of which the head suffices, has a value that no data key from a number on has sealed. */
    static boolean isOlderThan(byte[] head, int headSize, int dataKey) {
        if (!isSealedVersion(head, headSize)) {
            requireKnown(head, headSize);
            return !Version.isDeletion(head, headSize);
        }
        return dataKeyOf(ByteBuffer.wrap(head, 0, headSize).position(Version.headSize(head, headSize))) < dataKey;
    }

    /** Of a version that is not sealed: whoever has written it there, it was not the store. */
    private static void requireKnown(byte[] head, int headSize) {
        if (headSize == 0 || head[0] > SEALED || head[0] < Version.LIVE) {
            throw StoreException.ofForged("the store holds a version of an unknown kind: it is damaged");
        }
    }

    /** Seals a record that {@link #isToBeSealed}. */
    static byte[] seal(byte[] key, byte[] plain, int dataKey, Sealer sealer) {
        int headSize = StoreKeys.isVersion(key) ? Version.headSize(plain, plain.length) : 0;
        int prefixSize = headSize + ByteWriter.varintSize(dataKey);
        byte[] sealed = new byte[prefixSize + plain.length - headSize + Sealer.OVERHEAD];
        if (headSize > 0) {
            System.arraycopy(plain, 0, sealed, 0, headSize);
            sealed[0] = SEALED;
        }
        ByteBuffer out = ByteBuffer.wrap(sealed).position(headSize);
        putVarint(out, dataKey);
        sealer.seal(
                ByteBuffer.wrap(plain, headSize, plain.length - headSize), associated(key, sealed, prefixSize), out);
        return sealed;
    }

    /**
     * The record that was sealed, if it was.
     *
     * @throws StoreException if it is not what was sealed in this place
     */
    static byte[] opened(byte[] key, byte[] stored, DataKeys keys) {
        if (!isSealed(key, stored)) {
            if (key.length > 0 && StoreKeys.isVersion(key)) {
                requireKnown(stored, stored.length);
            }
            return stored;
        }
        int headSize = StoreKeys.isVersion(key) ? Version.headSize(stored, stored.length) : 0;
        ByteBuffer in = ByteBuffer.wrap(stored).position(headSize);
        int dataKey = dataKeyOf(in);
        int plainSize = in.remaining() - Sealer.OVERHEAD;
        if (plainSize < 0) {
            throw StoreException.ofForged("the store holds a sealed record that is cut off: it is damaged");
        }
        ByteBuffer associated = associated(key, stored, in.position());
        byte[] plain = new byte[headSize + plainSize];
        if (headSize > 0) {
            System.arraycopy(stored, 0, plain, 0, headSize);
            plain[0] = Version.LIVE;
        }
        keys.open(dataKey, in, associated, ByteBuffer.wrap(plain).position(headSize));
        return plain;
    }

    /** The key's length is among it, so that no byte can move from the key to what follows. */
    private static ByteBuffer associated(byte[] key, byte[] record, int prefixSize) {
        return ByteBuffer.allocate(Integer.BYTES + key.length + prefixSize)
                .putInt(key.length)
                .put(key)
                .put(record, 0, prefixSize)
                .flip();
    }

    private static void putVarint(ByteBuffer out, int value) {
        int rest = value;
        while (rest >= 0x80) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    private static int dataKeyOf(ByteBuffer in) {
        int number = 0;
        for (int shift = 0; shift < Integer.SIZE && in.hasRemaining(); shift += 7) {
            byte next = in.get();
            number |= (next & 0x7F) << shift;
            if (next >= 0) {
                return number;
            }
        }
        throw StoreException.ofForged("the store holds a sealed record that names no data key: it is damaged");
    }
}
