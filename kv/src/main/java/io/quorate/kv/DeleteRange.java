package io.quorate.kv;

/**
 * Deletes one key or a range of keys (etcd's {@code DeleteRangeRequest}).
 *
 * @param rangeEnd as in {@link Range}
 * @param prevKv whether the answer carries the pairs as they were before
 */
public record DeleteRange(Bytes key, Bytes rangeEnd, boolean prevKv) implements Operation, Command {

    /** Deletes one key. */
    public static DeleteRange of(Bytes key) {
        return new DeleteRange(key, Bytes.empty(), false);
    }

    /** Deletes a range of keys. */
    public static DeleteRange of(Bytes key, Bytes rangeEnd) {
        return new DeleteRange(key, rangeEnd, false);
    }
}
