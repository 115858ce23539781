package io.quorate.kv;

import java.util.Optional;

/** What a store can tell of a key at once: without waiting for a disk, or for somebody else. */
public sealed interface Peek {

    /** The key has this value. */
    record Found(Bytes value) implements Peek {
        /** Says nothing of the value. */
        @Override
        public String toString() {
            return "Found[" + value.sizeOnly() + "]";
        }
    }

    /** The store has no such key. */
    record Missing() implements Peek {}

    /** Only {@link OrderedStore#get} can tell. */
    record Unknown() implements Peek {}

    Peek MISSING = new Missing();
    Peek UNKNOWN = new Unknown();

    /** What is told by a value, or by there being none. */
    static Peek of(Optional<byte[]> value) {
        return value.<Peek>map(array -> new Found(Bytes.wrap(array))).orElse(MISSING);
    }
}
