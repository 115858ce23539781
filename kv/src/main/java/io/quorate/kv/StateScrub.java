package io.quorate.kv;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * Reads a whole store, as it was when the scrub began, piece by piece beside everything else, and compares what it finds with
 * the digest that went with the writes.
 *
 * <p>It reads each byte twice: the files as such, and then the records in them. For one thread at a time. The caller
 * decides how fast it goes, and closes it.
 */
public final class StateScrub implements AutoCloseable {
    private final FrozenStore frozen;
    private final Runnable onClose;
    private final long appliedIndex;
    private final Queue<FrozenStore.Part> unread;
    private final RecordScrub records;
    private final List<String> errors = new ArrayList<>();
    private boolean done;

    /** @param onClose removes what the frozen store consists of */
    StateScrub(FrozenStore frozen, Runnable onClose) {
        this.frozen = frozen;
        this.onClose = onClose;
        this.appliedIndex = StoreState.appliedIndex(frozen);
        this.unread = new ArrayDeque<>(frozen.parts());
        this.records = new RecordScrub(frozen);
    }

    /** The place in the log at which the store is looked at. */
    public long appliedIndex() {
        return appliedIndex;
    }

    /** How many bytes there are to be read in all, roughly. */
    public long totalBytes() {
        return 2 * frozen.parts().stream().mapToLong(FrozenStore.Part::bytes).sum();
    }

    /**
     * Goes on, until about so many bytes are read, or everything is; a file, which may have 64 MiB and more, is read at once.
     *
     * @return how many bytes were read
     */
    public long advance(long maxBytes) {
        long read = 0;
        while (read < maxBytes && !done) {
            FrozenStore.Part part = unread.poll();
            read += part == null ? advanceRecords(maxBytes - read) : verify(part);
        }
        return read;
    }

    /** Whether everything is read. */
    public boolean isDone() {
        return done;
    }

    /**
     * What was found.
     *
     * @throws IllegalStateException if not everything is read yet
     */
    public ScrubReport report() {
        if (!done) {
            throw new IllegalStateException("the scrub is not done");
        }
        return errors.isEmpty()
                ? records.report(appliedIndex)
                : new ScrubReport(appliedIndex, List.of(), records.disagreeing(), errors);
    }

    private long verify(FrozenStore.Part part) {
        frozen.verify(part).ifPresent(what -> errors.add("File " + part.name() + " of the store is damaged: " + what));
        return part.bytes();
    }

    /** Behind a damaged block nothing can be read on. What fails for another reason tells nothing of what is on disk. */
    private long advanceRecords(long maxBytes) {
        long before = records.bytes();
        try {
            done = !records.advance(maxBytes);
        } catch (StoreException e) {
            if (e.maySucceedLater()) {
                throw e;
            }
            errors.add("The store cannot be read on: " + e.getMessage());
            done = true;
        }
        return records.bytes() - before;
    }

    @Override
    public void close() {
        frozen.close();
        onClose.run();
    }
}
