package io.quorate.engine.log;

import io.quorate.core.EntryId;

/** Changes of a log, in order, that become durable together or as a prefix. Made by {@link RaftLog#takePending}. */
public final class WriteBatch {

    private final long ticket;
    private final EntryId last;

    WriteBatch(long ticket, EntryId last) {
        this.ticket = ticket;
        this.last = last;
    }

    /** Numbers the batches of one log, from 1, without gaps; what is durable is told by it. */
    public long ticket() {
        return ticket;
    }

    /** The last entry of the log after this batch. */
    public EntryId last() {
        return last;
    }
}
