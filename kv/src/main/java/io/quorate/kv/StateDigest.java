package io.quorate.kv;

import java.util.ArrayList;
import java.util.List;

/**
 * What the store's state comes to at one place in the log: equal on all members that are there, unless their states
 * differ.
 *
 * <p>It covers the current state, and nothing of the history: live keys with all their numbers, the revision, the
 * compacted revision, alarms, and what members have published. It does not cover what members report of their digests.
 *
 * @param appliedIndex the place in the log
 * @param total the sum of all buckets
 * @param buckets {@link #BUCKETS} sums: keys are spread over all but the last by their hash; the last is of what
 *     belongs to the store as a whole
 */
public record StateDigest(long appliedIndex, DigestSum total, List<DigestSum> buckets) {
    /** How many buckets there are. */
    public static final int BUCKETS = DigestBuckets.COUNT + 1;

    public StateDigest {
        buckets = List.copyOf(buckets);
    }

    static StateDigest of(long appliedIndex, List<DigestSum> buckets) {
        DigestSum total = buckets.stream().reduce(DigestSum.ZERO, DigestSum::plus);
        return new StateDigest(appliedIndex, total, buckets);
    }

    /** One number for each bucket, enough to tell which differ. */
    public List<Long> shortenedBuckets() {
        return buckets.stream().map(DigestSum::shortened).toList();
    }

    /** The buckets that differ from those of another digest, from 0. */
    public List<Integer> differingBuckets(StateDigest other) {
        return differing(buckets, other.buckets);
    }

    /** At which places two lists are not the same. */
    static <T> List<Integer> differing(List<T> some, List<T> others) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < Math.max(some.size(), others.size()); i++) {
            if (i >= some.size() || i >= others.size() || !some.get(i).equals(others.get(i))) {
                places.add(i);
            }
        }
        return places;
    }
}
