package io.quorate.kv;

import java.util.List;

/**
 * What a member's state came to at the place of a {@link Verify}.
 *
 * @param verifyIndex the log index of the {@link Verify}
 * @param total the whole digest
 * @param buckets each bucket's sum, shortened to 64 bits
 */
public record DigestReport(long memberId, long verifyIndex, DigestSum total, List<Long> buckets) implements Command {

    public DigestReport {
        buckets = List.copyOf(buckets);
    }

    /** A member's report of what it captured. */
    public static DigestReport of(long memberId, StateDigest digest) {
        return new DigestReport(memberId, digest.appliedIndex(), digest.total(), digest.shortenedBuckets());
    }

    /** Whether this tells the same state as another member's report of the same place. */
    boolean agreesWith(DigestReport other) {
        return total.equals(other.total);
    }
}
