package io.quorate.server.snapshot;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A key of etcd's history: {@code revision (8), '_', sub (8)}, big endian, and a {@code 't'} behind that if the change was a
 * deletion.
 */
record RevisionKey(long revision, long sub, boolean deletion) {
    private static final int BYTES = 2 * Long.BYTES + 1;

    byte[] encode() {
        ByteBuffer key = ByteBuffer.allocate(deletion ? BYTES + 1 : BYTES);
        key.putLong(revision).put((byte) '_').putLong(sub);
        if (deletion) {
            key.put((byte) 't');
        }
        return key.array();
    }

    /** Empty if the bytes are no such key. */
    static Optional<RevisionKey> decode(byte[] bytes) {
        boolean deletion = bytes.length == BYTES + 1;
        boolean rightEnd = deletion ? bytes[BYTES] == 't' : bytes.length == BYTES;
        if (!rightEnd || bytes[Long.BYTES] != '_') {
            return Optional.empty();
        }
        ByteBuffer key = ByteBuffer.wrap(bytes);
        return Optional.of(new RevisionKey(key.getLong(0), key.getLong(Long.BYTES + 1), deletion));
    }
}
