package io.quorate.kv;

/** The keys that a request means by its key and its range end. */
sealed interface KeyRange {

    /** The one key. */
    record Single(Bytes key) implements KeyRange {}

    /** The keys from one, inclusive, to another, exclusive. */
    record Between(Bytes from, Bytes to) implements KeyRange {}

    /** The keys from one on. */
    record From(Bytes from) implements KeyRange {}

    /** Reads etcd's convention: no range end is the one key, and the byte 0 is the end of the keyspace. */
    static KeyRange of(Bytes key, Bytes rangeEnd) {
        if (rangeEnd.isEmpty()) {
            return new Single(key);
        }
        return rangeEnd.isNul() ? new From(key) : new Between(key, rangeEnd);
    }

    default boolean contains(Bytes key) {
        return switch (this) {
            case Single single -> single.key.equals(key);
            case Between between -> between.from.compareTo(key) <= 0 && key.compareTo(between.to) < 0;
            case From from -> from.from.compareTo(key) <= 0;
        };
    }

    /** Whether there could be a key that both mean. */
    default boolean overlaps(KeyRange other) {
        return beginsBeforeTheEndOf(other) && other.beginsBeforeTheEndOf(this);
    }

    private boolean beginsBeforeTheEndOf(KeyRange other) {
        return switch (other) {
            case Single single -> first().compareTo(single.key) <= 0;
            case Between between -> first().compareTo(between.to) < 0;
            case From from -> true;
        };
    }

    default Bytes first() {
        return switch (this) {
            case Single single -> single.key;
            case Between between -> between.from;
            case From from -> from.from;
        };
    }
}
