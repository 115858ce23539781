package io.quorate.core;

/**
 * What a member without a state remembers of snapshots that arrived and could not be installed: asking at once for the same
 * one again would go on for ever.
 *
 * @param lastIndex where the last of them stands; 0 if there was none
 * @param count how many there were since the state was dropped
 */
public record RefusedSnapshots(long lastIndex, int count) {

    public static final RefusedSnapshots NONE = new RefusedSnapshots(0, 0);

    /** With one more, which stands at this index. */
    public RefusedSnapshots and(long index) {
        return new RefusedSnapshots(index, count + 1);
    }
}
