package io.quorate.engine;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.Synced;
import io.quorate.engine.transport.PeerFrame;

/** What reaches the node loop from outside. */
sealed interface Input<R> {

    record Ticked<R>() implements Input<R> {}

    record FrameReceived<R>(MemberId from, PeerFrame frame) implements Input<R> {}

    record Proposed<R>(Proposal<R> proposal) implements Input<R> {}

    record ReadAsked<R>(Reads.Read read) implements Input<R> {}

    /** Writes to the log are durable. */
    record Written<R>(Synced synced) implements Input<R> {}

    record Applied<R>(long index) implements Input<R> {}

    /** Anything rarer that must happen on the loop. */
    record Job<R>(Runnable task) implements Input<R> {}
}
