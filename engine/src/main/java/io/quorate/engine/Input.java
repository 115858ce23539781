package io.quorate.engine;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.Synced;
import io.quorate.engine.transport.PeerFrame;
import java.util.function.Consumer;

/** What reaches the node loop from outside. */
sealed interface Input<R> {

    record Ticked<R>() implements Input<R> {}

    record FrameReceived<R>(MemberId from, PeerFrame frame) implements Input<R> {}

    record Proposed<R>(Proposal<R> proposal) implements Input<R> {}

    record ReadAsked<R>(Reads.Read read) implements Input<R> {}

    /** Writes to the log are durable. */
    record Written<R>(Synced synced) implements Input<R> {}

    record Applied<R>(long index) implements Input<R> {}

    /**
     * Anything rarer that must happen on the loop.
     *
     * @param ifStopped what is done instead, on any thread, if the node has stopped
     */
    record Job<R>(Runnable task, Consumer<RaftException> ifStopped) implements Input<R> {}
}
