package io.quorate.engine;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * A command on its way, and whoever waits for its result.
 *
 * @param command as it will stand in the log
 * @param result completes with what applying it gave, or with a {@link RaftException}
 * @param deadlineNanos when, on the node's clock, it ends as unknown or refused
 */
record Proposal<R>(ByteBuffer command, CompletableFuture<R> result, long deadlineNanos) {

    boolean isOver(long nowNanos) {
        return nowNanos - deadlineNanos >= 0;
    }

    void fail(RaftException why) {
        result.completeExceptionally(why);
    }
}
