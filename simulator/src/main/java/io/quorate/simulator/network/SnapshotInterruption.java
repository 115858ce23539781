package io.quorate.simulator.network;

import io.quorate.core.quorum.MemberId;

/** What happens when the transfer of a snapshot is interrupted. */
@FunctionalInterface
public interface SnapshotInterruption {

    /** The next piece would be on its way now, and is lost with its connection. */
    void between(MemberId sender, MemberId receiver);
}
