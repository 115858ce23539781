package io.quorate.server;

/** Is told how far something is that goes through many bytes, on the thread that does it, and often: it must be quick. */
@FunctionalInterface
public interface ByteProgress {

    /** For whoever does not want to know. */
    ByteProgress NONE = (doneBytes, totalBytes) -> {};

    /**
     * So many are done.
     *
     * @param totalBytes how many there are; the same each time
     */
    void done(long doneBytes, long totalBytes);
}
