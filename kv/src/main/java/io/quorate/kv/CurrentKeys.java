package io.quorate.kv;

import java.util.Optional;

/** Looks up the newest version of single keys, without a cursor. */
final class CurrentKeys {
    private CurrentKeys() {}

    static Optional<CurrentVersion> find(OrderedStore store, Bytes key) {
        return store.get(StoreKeys.current(key)).map(CurrentVersion::decode);
    }

    /** The record of a key's newest version; nothing if that version was superseded and compacted meanwhile. */
    static Optional<byte[]> record(OrderedStore store, Bytes key, CurrentVersion current) {
        return store.get(StoreKeys.version(key, current.revision(), current.sub()));
    }

    /** The pair that a key's newest version is; nothing if that version was superseded and compacted meanwhile. */
    static Optional<KeyValue> pair(OrderedStore store, Bytes key, CurrentVersion current) {
        return record(store, key, current)
                .map(record -> Version.decode(Bytes.wrap(record)).toKeyValue(key, current.revision()));
    }
}
