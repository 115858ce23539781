package io.quorate.engine.log;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.Suspension;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import java.util.OptionalLong;

/**
 * Where the writing of a log goes on, and what the log holds there.
 *
 * @param segment sequence number of the segment to be written
 * @param offset of the next frame in it
 * @param nextLsn of the next frame; all before it are durable
 * @param last the last entry
 */
record LogTail(
        long segment,
        long offset,
        long nextLsn,
        Start start,
        EntryId last,
        OptionalLong lastChain,
        HardState hardState,
        Suspension suspension) {}
