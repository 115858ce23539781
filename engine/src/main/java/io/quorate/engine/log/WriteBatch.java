package io.quorate.engine.log;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import java.util.List;

/**
 * Changes of a log, in order, that become durable together or as a prefix. Made by {@link RaftLog#takePending}; immutable.
 */
public final class WriteBatch {

    /** A mark and how many of the batch's entries come before it. */
    record PlacedMark(int entriesBefore, Mark mark) {}

    private final long ticket;
    private final EntryId last;
    private final List<EntryFrame> entries;
    private final List<PlacedMark> marks;
    private final HardState hardState;
    private final boolean needsSync;

    WriteBatch(
            long ticket,
            EntryId last,
            List<EntryFrame> entries,
            List<PlacedMark> marks,
            HardState hardState,
            boolean needsSync) {
        this.ticket = ticket;
        this.last = last;
        this.entries = entries;
        this.marks = marks;
        this.hardState = hardState;
        this.needsSync = needsSync;
    }

    /** Numbers the batches of one log, from 1, without gaps; what is durable is told by it. */
    public long ticket() {
        return ticket;
    }

    /** The last entry of the log after this batch. */
    public EntryId last() {
        return last;
    }

    /** Whether it holds anything that must not be forgotten; else it is a commit index alone. */
    public boolean needsSync() {
        return needsSync;
    }

    List<EntryFrame> entries() {
        return entries;
    }

    List<PlacedMark> marks() {
        return marks;
    }

    HardState hardState() {
        return hardState;
    }
}
