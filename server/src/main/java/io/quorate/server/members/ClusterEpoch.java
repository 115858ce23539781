package io.quorate.server.members;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * How often a cluster was recovered from the loss of its quorum, which its id tells: so whoever is told the id, a client too,
 * knows the epoch, and nothing else has to be kept or sent.
 *
 * <p>The id of a cluster that was recovered is 32 bits drawn from the occasion, 24 bits that are a hash of the rest, and the
 * number of the epoch, 8 bits: in hexadecimal the last two digits. That of a cluster that was founded is a hash as a whole, and
 * passes for one of these once in 16 million.
 *
 * @param clusterId the id, unsigned
 */
public record ClusterEpoch(long clusterId) {

    /** The greatest number there can be. */
    public static final int MAX_NUMBER = 255;

    private static final int NUMBER_BITS = 8;
    private static final int MARK_BITS = 24;

    /** That of a cluster whose id is written in hexadecimal. */
    public static ClusterEpoch ofHex(String clusterId) {
        return new ClusterEpoch(Long.parseUnsignedLong(clusterId, 16));
    }

    /** The number of the epoch; 0 for a cluster that never was recovered. */
    public int number() {
        int number = (int) (clusterId & MAX_NUMBER);
        return number > 0 && clusterId == id(clusterId >>> (NUMBER_BITS + MARK_BITS), number) ? number : 0;
    }

    /**
     * The epoch that follows this one.
     *
     * @param occasion what tells this recovery from every other: two that went on from the same epoch must not meet as one
     *     cluster
     * @throws IllegalStateException if there can be no other
     */
    public ClusterEpoch next(String occasion) {
        int next = number() + 1;
        if (next > MAX_NUMBER) {
            throw new IllegalStateException("a cluster can be recovered " + MAX_NUMBER + " times at most");
        }
        String drawnFrom = Long.toHexString(clusterId) + " " + occasion;
        long drawn = NewMemberId.firstEightBytesOfSha1(drawnFrom.getBytes(StandardCharsets.UTF_8));
        return new ClusterEpoch(id(drawn >>> (NUMBER_BITS + MARK_BITS), next));
    }

    private static long id(long drawn, int number) {
        ByteBuffer rest = ByteBuffer.allocate(Long.BYTES + Integer.BYTES);
        rest.putLong(drawn).putInt(number);
        long mark = NewMemberId.firstEightBytesOfSha1(rest.array()) >>> (Long.SIZE - MARK_BITS);
        return drawn << (MARK_BITS + NUMBER_BITS) | mark << NUMBER_BITS | number;
    }

    /** The id in hexadecimal, and the epoch if it is not the first. */
    @Override
    public String toString() {
        return Long.toHexString(clusterId) + (number() == 0 ? "" : " (epoch " + number() + ")");
    }
}
