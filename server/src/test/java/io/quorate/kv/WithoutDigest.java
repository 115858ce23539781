package io.quorate.kv;

/**
 * A store without a digest, to measure what the digest costs. It remembers no recent keys either, since that is there to pay
 * for a part of the digest.
 */
public final class WithoutDigest implements MvccStore.Digests {
    private WithoutDigest() {}

    public static MvccStore open(OrderedStore store) {
        return MvccStore.open(store, new WithoutDigest());
    }

    @Override
    public DigestChanges of(DigestBuckets before, ElementHash hash) {
        return new Nothing(before, hash);
    }

    @Override
    public RecentKeys recentKeys() {
        return new RecentKeys(0);
    }

    /** Hashes nothing and reads nothing. */
    private static final class Nothing extends DigestChanges {
        Nothing(DigestBuckets before, ElementHash hash) {
            super(before, hash);
        }

        @Override
        DigestSum add(Element element) {
            return DigestSum.ZERO;
        }

        @Override
        void remove(Element element) {
            // Left out.
        }

        @Override
        void remove(Bytes key, DigestSum added) {
            // Left out.
        }

        @Override
        void removeStored(Bytes key, NewestVersion newest, OrderedStore store) {
            // Left out, together with the read.
        }

        @Override
        void removeStored(Bytes key, NewestVersion newest, byte[] record) {
            // Left out.
        }
    }
}
