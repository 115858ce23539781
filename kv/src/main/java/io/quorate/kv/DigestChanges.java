package io.quorate.kv;

/** The digest's buckets while a batch changes the state; not thread-safe. */
final class DigestChanges {
    private final DigestBuckets before;
    private final ElementHash hash;
    private final long[] lanes;

    /** One bit for each bucket. */
    private long changedBuckets;

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

    /** The buckets with all changes so far. */
    DigestBuckets buckets() {
        return changedBuckets == 0 ? before : before.changed(lanes.clone(), changedBuckets);
    }

    private int changing(Element element) {
        int bucket = DigestBuckets.of(element.key());
        changedBuckets |= 1L << bucket;
        return bucket * DigestSum.LANES;
    }
}
