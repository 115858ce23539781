package io.quorate.kv;

import java.util.Optional;

/** The digest's buckets while a batch changes the state; not thread-safe. Tests leave it out to measure what it costs. */
class DigestChanges {
    private final ElementHash hash;

    /** As they were when they were last asked for; what was changed since is in {@link #lanes}. */
    private DigestBuckets buckets;

    /** Copied at the first change, since many a batch changes nothing. */
    private Optional<long[]> lanes = Optional.empty();

    DigestChanges(DigestBuckets before, ElementHash hash) {
        this.buckets = before;
        this.hash = hash;
    }

    /** Adds an element; answers its hash, by which it can be removed. */
    DigestSum add(Element element) {
        DigestSum added = hash.of(element);
        added.addTo(changing(), DigestBuckets.of(element.key()) * DigestSum.LANES);
        return added;
    }

    /** Takes out what was added; nothing tells whether it was. */
    void remove(Element element) {
        remove(element.key(), hash.of(element));
    }

    /** Takes out an element by its key and its hash. */
    void remove(Bytes key, DigestSum added) {
        added.takeFrom(changing(), DigestBuckets.of(key) * DigestSum.LANES);
    }

    /**
     * Takes out the pair that a key's newest version is, as the store has it. It stays in if the store has lost that, or has
     * other numbers in it than the index has: then the digest shows that something is wrong.
     */
    void removeStored(Bytes key, NewestVersion newest, OrderedStore store) {
        CurrentKeys.record(store, key, newest.current()).ifPresent(record -> removeStored(key, newest, record));
    }

    /**
     * As {@link #removeStored(Bytes, NewestVersion, OrderedStore)}, for a record that was read already. It is hashed only if
     * it is not known to be the one whose hash was added.
     */
    void removeStored(Bytes key, NewestVersion newest, byte[] record) {
        if (newest.written().isPresent() && newest.written().get().is(record)) {
            remove(key, newest.written().get().hash());
            return;
        }
        KeyValue pair = Version.decode(Bytes.wrap(record))
                .toKeyValue(key, newest.current().revision());
        if (newest.current().version().hasNumbersOf(pair)) {
            remove(Element.pair(pair));
        }
    }

    /** The buckets with all changes so far. */
    DigestBuckets buckets() {
        lanes.ifPresent(changed -> buckets = new DigestBuckets(changed));
        lanes = Optional.empty();
        return buckets;
    }

    private long[] changing() {
        long[] changing = lanes.orElseGet(() -> buckets.copyOfLanes());
        if (lanes.isEmpty()) {
            lanes = Optional.of(changing);
        }
        return changing;
    }
}
