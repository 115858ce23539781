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

    /** The node has stopped: whoever waits for this is told so. By any thread. */
    default void refuse(RaftException.Stopped why) {
        switch (this) {
            case Proposed<R> proposed -> proposed.proposal().fail(why);
            case ReadAsked<R> asked -> asked.read().ready().completeExceptionally(why);
            case Job<R> job -> job.ifStopped().accept(why);
            case FrameReceived<R> ignored -> {}
            case Written<R> ignored -> {}
            case Applied<R> ignored -> {}
            case Ticked<R> ignored -> {}
        }
    }
}
