package io.quorate.kv;

/**
 * What a role may do with a key or with a range of keys (etcd's {@code authpb.Permission}).
 *
 * @param rangeEnd as in {@link Range}
 */
public record Permission(Access access, Bytes key, Bytes rangeEnd) {

    /** Numbered as in etcd's protocol buffers. */
    public enum Access implements Numbered {
        READ(0),
        WRITE(1),
        READWRITE(2);

        private final int number;

        Access(int number) {
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }

        boolean allows(Access wanted) {
            return this == READWRITE || this == wanted;
        }
    }

    boolean isFor(Bytes otherKey, Bytes otherRangeEnd) {
        return key.equals(otherKey) && rangeEnd.equals(otherRangeEnd);
    }
}
