package io.quorate.kv;

/**
 * Which of a key's versions is the newest, and what it is apart from its value.
 *
 * <p>It is kept under the key alone, where one lookup finds it: the newest of a key's versions can only be found by a
 * search through all levels of the store. A deleted key has one too, until its deletion is compacted, so that a reader
 * can tell a deletion that it must not see yet from one that it must.
 *
 * @param revision of the change that made it
 * @param sub its place among the changes of that revision
 * @param version with an empty value
 */
record CurrentVersion(long revision, int sub, Version version) {

    byte[] encode() {
        ByteWriter out =
                new ByteWriter(ByteWriter.varintSize(revision) + ByteWriter.varintSize(sub) + version.encodedSize());
        out.varint(revision);
        out.varint(sub);
        version.write(out);
        return out.toByteArray();
    }

    static CurrentVersion decode(byte[] encoded) {
        return decode(Bytes.wrap(encoded));
    }

    static CurrentVersion decode(Bytes encoded) {
        ByteReader in = new ByteReader(encoded);
        try {
            long revision = in.varint();
            int sub = (int) in.varint();
            return new CurrentVersion(revision, sub, Version.decode(in.raw(in.remaining())));
        } catch (DecodeException e) {
            throw new StoreException("the store holds a key that cannot be read: " + e.getMessage(), e);
        }
    }

    /** Whether this is the version that one change made. */
    boolean isFrom(HistoryRecord.Change change) {
        return revision == change.revision() && sub == change.sub();
    }

    KeyValue toKeyValueWithoutValue(Bytes key) {
        return version.toKeyValue(key, revision);
    }
}
