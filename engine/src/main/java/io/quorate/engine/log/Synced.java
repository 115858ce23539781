package io.quorate.engine.log;

import io.quorate.core.EntryId;
import java.util.List;

/**
 * All batches up to a ticket are durable.
 *
 * @param ticket of the last of these batches
 * @param last the last entry of the log as it was after that batch. It may have been truncated since:
 *     {@link RaftLog#synced} says what of the present log is durable (corner case 14)
 * @param extents where the entries of these batches lie
 */
public record Synced(long ticket, EntryId last, List<Extent> extents) {

    /**
     * Consecutive entries that lie one behind the other in one segment.
     *
     * @param offset of the first entry's first byte in the segment file; of the block that all of them are sealed in, if they are
     * @param sealed whether they are
     */
    public record Extent(long segment, long offset, boolean sealed, List<EntryFrame> entries) {}

    public Synced {
        extents = List.copyOf(extents);
    }
}
