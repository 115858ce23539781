package io.quorate.kv;

import java.util.Optional;

/**
 * One change of a key, as watchers see it (etcd's {@code mvccpb.Event}).
 *
 * @param kv the pair as the change left it; of a deletion the key and the revision alone
 * @param prev the pair as it was before, if it was asked for, there was one, and it is not compacted
 */
public record KeyEvent(Kind kind, KeyValue kv, Optional<KeyValue> prev) {

    public enum Kind {
        PUT,
        DELETE
    }

    static KeyEvent of(Bytes key, Version version, long revision) {
        return new KeyEvent(
                version.deleted() ? Kind.DELETE : Kind.PUT, version.toKeyValue(key, revision), Optional.empty());
    }

    /** Whether it made a key that did not exist. */
    public boolean isCreate() {
        return kind == Kind.PUT && kv.createRevision() == kv.modRevision();
    }

    KeyEvent withPrev(Optional<KeyValue> pair) {
        return new KeyEvent(kind, kv, pair);
    }
}
