package io.quorate.core;

/** The AppendRequests sent to one follower and not yet answered, oldest first: a ring of their last indexes and sizes. */
final class Inflight {

    private final long[] lastIndexes;
    private final long[] sizes;
    private int head;
    private int count;
    private long bytes;

    Inflight(int maxMessages) {
        lastIndexes = new long[maxMessages];
        sizes = new long[maxMessages];
    }

    boolean isEmpty() {
        return count == 0;
    }

    int count() {
        return count;
    }

    /**
     * Whether another message may be sent. One message may exceed {@code maxBytes}, or large entries never would go.
     *
     * @param maxMessages no more than there is room for
     */
    boolean hasRoom(int maxMessages, long maxBytes) {
        return count < maxMessages && bytes < maxBytes;
    }

    void add(long lastIndex, long messageBytes) {
        int slot = (head + count) % lastIndexes.length;
        lastIndexes[slot] = lastIndex;
        sizes[slot] = messageBytes;
        count++;
        bytes += messageBytes;
    }

    /** Everything up to {@code index} has been acknowledged. */
    void freeUpTo(long index) {
        while (count > 0 && lastIndexes[head] <= index) {
            bytes -= sizes[head];
            head = (head + 1) % lastIndexes.length;
            count--;
        }
    }
}
