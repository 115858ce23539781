package io.quorate.core;

/** Knows how many bytes entries take, so that the core can bound messages without seeing content. */
public interface LogSizes {

    /**
     * How far a message that begins at {@code firstIndex} may reach.
     *
     * @return the greatest index at most {@code lastIndex} such that the entries from {@code firstIndex} to it take at
     *     most {@code maxBytes}; {@code firstIndex} if even that one is larger
     */
    long lastIndexWithin(long firstIndex, long lastIndex, long maxBytes);

    /** Bytes that the entries from {@code firstIndex} to {@code lastIndex}, both inclusive, take. */
    long bytes(long firstIndex, long lastIndex);
}
