package io.quorate.kv;

import java.util.List;

/**
 * A member's state is known to differ from that of others, and has not been found equal again since.
 *
 * @param verifyIndex the log index at which it differed last
 * @param buckets the digest's buckets that differ, from 0
 * @param healthyMajority whether a majority of the voters agreed on another state, from which the member can be repaired;
 *     if not, nothing tells which member is right, and no state may be overwritten by another
 */
public record Divergence(long memberId, long verifyIndex, List<Integer> buckets, boolean healthyMajority) {

    public Divergence {
        buckets = List.copyOf(buckets);
    }

    Alarm alarm() {
        return new Alarm(memberId, Alarm.Type.CORRUPT);
    }
}
