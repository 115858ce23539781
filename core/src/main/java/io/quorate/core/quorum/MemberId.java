package io.quorate.core.quorum;

/**
 * A member's identity: a non-zero 64-bit number, unsigned, that is never used again for another member.
 *
 * @param value the number; written in hexadecimal wherever people see it, as etcd does
 */
public record MemberId(long value) implements Comparable<MemberId> {

    public MemberId {
        if (value == 0) {
            throw new IllegalArgumentException("a member id must not be zero");
        }
    }

    @Override
    public int compareTo(MemberId other) {
        return Long.compareUnsigned(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toHexString(value);
    }
}
