package io.quorate.kv;

/**
 * A condition of a transaction on one key or on every key of a range (etcd's {@code Compare}).
 *
 * @param rangeEnd as in {@link Range}; every key of the range must satisfy the condition
 * @param target what of the key is looked at, and what it is compared with
 * @param outcome how the key's own must relate to the target's
 */
public record Compare(Bytes key, Bytes rangeEnd, Target target, Outcome outcome) {

    /** Numbered as in etcd's protocol buffers. */
    public enum Outcome implements Numbered {
        EQUAL(0),
        GREATER(1),
        LESS(2),
        NOT_EQUAL(3);

        private final int number;

        Outcome(int number) {
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }
    }

    /** What of a key is compared, with the operand. A missing key has 0 everywhere and no value at all. */
    public sealed interface Target {}

    public record Version(long version) implements Target {}

    public record CreateRevision(long createRevision) implements Target {}

    public record ModRevision(long modRevision) implements Target {}

    public record Lease(long lease) implements Target {}

    public record Value(Bytes value) implements Target {
        /** Says nothing of the value. */
        @Override
        public String toString() {
            return "Value[" + value.sizeOnly() + "]";
        }
    }

    /** A condition on one key. */
    public static Compare of(Bytes key, Target target, Outcome outcome) {
        return new Compare(key, Bytes.empty(), target, outcome);
    }
}
