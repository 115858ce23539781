package io.quorate.kv;

/**
 * What one change left of a key: the record behind a version's key in the store.
 *
 * @param deleted whether the change was a deletion; all else is 0 and empty then
 * @param value empty as well if only the head of the record was read
 */
record Version(boolean deleted, long createRevision, long version, long lease, Bytes value) {
    static final Version TOMBSTONE = new Version(true, 0, 0, 0, Bytes.empty());

    /** As many bytes as the record has before the value, at most. */
    static final int MAX_HEAD_SIZE = 1 + 3 * 10;

    static final byte LIVE = 0;
    private static final int DELETED = 1;

    byte[] encode() {
        ByteWriter out = new ByteWriter(encodedSize());
        write(out);
        return out.toByteArray();
    }

    /** Exactly, so that the array that is written into is the record. */
    int encodedSize() {
        return deleted
                ? 1
                : 1
                        + ByteWriter.varintSize(createRevision)
                        + ByteWriter.varintSize(version)
                        + ByteWriter.varintSize(lease)
                        + value.size();
    }

    void write(ByteWriter out) {
        out.u8(deleted ? DELETED : LIVE);
        if (!deleted) {
            out.varint(createRevision);
            out.varint(version);
            out.varint(lease);
            out.raw(value);
        }
    }

    static Version decode(Bytes encoded) {
        ByteReader in = new ByteReader(encoded);
        try {
            return switch (in.u8()) {
                case LIVE -> new Version(false, in.varint(), in.varint(), in.varint(), in.raw(in.remaining()));
                case DELETED -> TOMBSTONE;
                default -> throw new StoreException("the store holds a version of an unknown kind");
            };
        } catch (DecodeException e) {
            throw new StoreException("the store holds a version that cannot be read: " + e.getMessage(), e);
        }
    }

    /** What {@link #decode} says of a record, of which no more than the beginning was read; nothing else in it is looked at. */
    static boolean isDeletion(byte[] head, int headSize) {
        boolean isKnown = headSize > 0 && (head[0] == LIVE || head[0] == DELETED);
        if (!isKnown) {
            throw new StoreException("the store holds a version of an unknown kind");
        }
        return head[0] == DELETED;
    }

    /** How many bytes of a live version's record, of which no less than these were read, stand before its value. */
    static int headSize(byte[] record, int size) {
        int at = 1;
        for (int number = 0; number < 3; number++) {
            int first = at;
            do {
                if (at >= size || at - first == Long.BYTES + 2) {
                    throw StoreException.ofForged(
                            "the store holds a version that cannot be read: its numbers are cut off");
                }
            } while (record[at++] < 0);
        }
        return at;
    }

    boolean hasNumbersOf(KeyValue kv) {
        return createRevision == kv.createRevision() && version == kv.version() && lease == kv.lease();
    }

    Version withoutValue() {
        return new Version(deleted, createRevision, version, lease, Bytes.empty());
    }

    KeyValue toKeyValue(Bytes key, long modRevision) {
        return new KeyValue(key, createRevision, modRevision, version, value, lease);
    }

    /** Says nothing of the value: whatever is logged or thrown may show this. */
    @Override
    public String toString() {
        return "Version["
                + (deleted ? "deleted" : "created " + createRevision + ", version " + version + ", " + value.sizeOnly())
                + (lease == 0 ? "" : ", lease " + lease) + "]";
    }
}
