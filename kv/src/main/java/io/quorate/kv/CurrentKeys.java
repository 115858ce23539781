package io.quorate.kv;

import java.util.Optional;
import java.util.function.Function;

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
        return pair(record -> Peek.of(store.get(record)), key, current);
    }

    /** As above, for somebody who looks records up in a way of their own; nothing also if that is unknown. */
    static Optional<KeyValue> pair(Function<byte[], Peek> lookup, Bytes key, CurrentVersion current) {
        return switch (lookup.apply(StoreKeys.version(key, current.revision(), current.sub()))) {
            case Peek.Unknown unknown -> Optional.empty();
            case Peek.Missing missing -> Optional.empty();
            case Peek.Found found -> Optional.of(Version.decode(found.value()).toKeyValue(key, current.revision()));
        };
    }
}
