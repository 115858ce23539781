package io.quorate.engine;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Answers, in the application of the member that leads, what the members' applications ask about things that only a leader
 * knows and no log holds, such as how much time is left of something.
 */
@FunctionalInterface
public interface LeaderAnswers {

    /** Knows nothing. */
    LeaderAnswers NONE = question -> CompletableFuture.completedFuture(Optional.empty());

    /**
     * Answers a question. Called on the node's loop, so it must not block. The node takes itself for the leader, which may be
     * over: whoever needs to be sure has to ask a quorum ({@link RaftNode#readIndex}). A question may come twice.
     *
     * @return empty, or failed, if this member can't tell
     */
    CompletableFuture<Optional<ByteBuffer>> answer(ByteBuffer question);
}
