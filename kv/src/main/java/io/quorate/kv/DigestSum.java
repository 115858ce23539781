package io.quorate.kv;

import java.util.HexFormat;

/**
 * A sum of 256-bit hashes, as four lanes of 64 bits that are added each by itself: it does not matter in which order
 * hashes are added, and what was added can be taken away again.
 */
public record DigestSum(long first, long second, long third, long fourth) {
    /** The sum of nothing. */
    public static final DigestSum ZERO = new DigestSum(0, 0, 0, 0);

    static final int LANES = 4;

    /** As many bytes as the lanes take. */
    static final int SIZE = LANES * Long.BYTES;

    DigestSum plus(DigestSum other) {
        return new DigestSum(first + other.first, second + other.second, third + other.third, fourth + other.fourth);
    }

    /** Adds it to four lanes of an array. */
    void addTo(long[] lanes, int offset) {
        lanes[offset] += first;
        lanes[offset + 1] += second;
        lanes[offset + 2] += third;
        lanes[offset + 3] += fourth;
    }

    /** Takes it away from four lanes of an array. */
    void takeFrom(long[] lanes, int offset) {
        lanes[offset] -= first;
        lanes[offset + 1] -= second;
        lanes[offset + 2] -= third;
        lanes[offset + 3] -= fourth;
    }

    /** 64 bits of it, by which sums are told apart where 256 would take too much room. */
    public long shortened() {
        return first;
    }

    /** 64 hexadecimal digits. */
    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(first) + hex.toHexDigits(second) + hex.toHexDigits(third) + hex.toHexDigits(fourth);
    }
}
