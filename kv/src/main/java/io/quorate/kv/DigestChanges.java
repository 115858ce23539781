package io.quorate.kv;

import java.util.Optional;

/** The digest's buckets while a batch changes the state; not thread-safe. Tests leave it out to measure what it costs. */
class DigestChanges {
    private final DigestBuckets before;
    private final ElementHash hash;
    private final long[] lanes;

    private boolean changed;

    DigestChanges(DigestBuckets before, ElementHash hash) {
        this.before = before;
        this.hash = hash;
        this.lanes = before.copyOfLanes();
    }

    void add(Element element) {
        hash.add(element, lanes, changing(element));
    }

    /** Takes out what was added; nothing tells whether it was. */
    void remove(Element element) {
        hash.remove(element, lanes, changing(element));
    }

    /**
     * Takes out the pair that a key's newest version is, as the store has it. It stays in if the store has lost that, or has
     * other numbers in it than the index has: then the digest shows that something is wrong.
     */
    void removeStored(CurrentVersion current, OrderedStore store, Bytes key) {
        removeStored(current, CurrentKeys.pair(store, key, current));
    }

    /** As {@link #removeStored(CurrentVersion, OrderedStore, Bytes)}, for a pair that was read already. */
    void removeStored(CurrentVersion current, Optional<KeyValue> pair) {
        if (pair.isPresent() && current.version().hasNumbersOf(pair.get())) {
            remove(Element.pair(pair.get()));
        }
    }

    /** The buckets with all changes so far. */
    DigestBuckets buckets() {
        return changed ? new DigestBuckets(lanes.clone()) : before;
    }

    private int changing(Element element) {
        changed = true;
        return DigestBuckets.of(element.key()) * DigestSum.LANES;
    }
}
