package io.quorate.engine;

/**
 * When something that only grows had reached which index, as far as it still matters: a queue of numbers that allocates nothing.
 *
 * <p>If more marks are kept than there is room for, the newest moves on; what lies between is then told later than it was.
 */
final class Marks {

    /** What {@link #reachedNanos} says of an index that has not been reached, or was forgotten. */
    static final long UNKNOWN = Long.MIN_VALUE;

    private static final int CAPACITY = 256;

    private final long[] indexes = new long[CAPACITY];
    private final long[] nanos = new long[CAPACITY];
    private int first;
    private int count;

    private static int slot(int position) {
        return position & (CAPACITY - 1);
    }

    /** Whether this index would be news. */
    boolean isBehind(long index) {
        return count == 0 || indexes[slot(first + count - 1)] < index;
    }

    /** It is reached now; what is no news is left alone. */
    void reach(long index, long nowNanos) {
        if (!isBehind(index)) {
            return;
        }
        if (count < CAPACITY) {
            count++;
        }
        int newest = slot(first + count - 1);
        indexes[newest] = index;
        nanos[newest] = nowNanos;
    }

    /** When it was reached. Lower indexes cannot be asked for any more. */
    long reachedNanos(long index) {
        forgetTo(index - 1);
        return count == 0 ? UNKNOWN : nanos[first];
    }

    /** Nobody asks for this index or lower ones any more. */
    void forgetTo(long index) {
        while (count > 0 && indexes[first] <= index) {
            first = slot(first + 1);
            count--;
        }
    }

    void clear() {
        first = 0;
        count = 0;
    }
}
