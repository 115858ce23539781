package io.quorate.engine.log;

/**
 * Bounds what is read of a file for what looks like frames or entries and is none.
 *
 * <p>Each such beginning costs no more than the length that it claims, and a client can write hundreds of thousands that claim all that follows them: to look
 * at each takes hours. What accidents leave costs next to nothing, and what little a client has written must not keep anybody from what is intact behind it.
 * So the bound is far above the one and far below the other: some seconds for a segment of 16 MiB.
 */
final class VainReading {

    /** How many times the file's length is read. */
    static final int TIMES = 4096;

    private long left;

    VainReading(long fileBytes) {
        this.left = TIMES * fileBytes;
    }

    void add(long bytes) {
        left -= bytes;
    }

    /** Whether the search is to be given up. */
    boolean isTooMuch() {
        return left < 0;
    }
}
