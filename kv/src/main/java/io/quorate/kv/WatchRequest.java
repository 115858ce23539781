package io.quorate.kv;

/**
 * What a watcher wants to see (etcd's {@code WatchCreateRequest}).
 *
 * @param key the key, or the first key of the range; empty means the first of all keys
 * @param rangeEnd as in {@link Range}
 * @param startRevision the first revision whose events are wanted; may be past, or yet to come. 0 or less: the next one
 * @param prevKv whether events carry the pair as it was before
 * @param noPut whether puts are left out
 * @param noDelete whether deletions are left out
 */
public record WatchRequest(
        Bytes key, Bytes rangeEnd, long startRevision, boolean prevKv, boolean noPut, boolean noDelete) {
    private static final Bytes FIRST_KEY = Bytes.wrap(new byte[1]);

    /** Watches one key from the next revision on. */
    public static WatchRequest of(Bytes key) {
        return of(key, Bytes.empty());
    }

    /** Watches a range from the next revision on. */
    public static WatchRequest of(Bytes key, Bytes rangeEnd) {
        return new WatchRequest(key, rangeEnd, 0, false, false, false);
    }

    /** The same from another revision on. */
    public WatchRequest from(long revision) {
        return new WatchRequest(key, rangeEnd, revision, prevKv, noPut, noDelete);
    }

    /** Whether no key can be in the range: etcd refuses that. */
    public boolean isEmptyRange() {
        return range() instanceof KeyRange.Between between && between.from().compareTo(between.to()) >= 0;
    }

    KeyRange range() {
        return KeyRange.of(key.isEmpty() ? FIRST_KEY : key, rangeEnd);
    }

    boolean wants(KeyEvent.Kind kind) {
        return switch (kind) {
            case PUT -> !noPut;
            case DELETE -> !noDelete;
        };
    }
}
