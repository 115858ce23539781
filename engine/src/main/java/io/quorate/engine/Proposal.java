package io.quorate.engine;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * A command on its way, whoever waits for its result, and when it came by where ({@link WritePhase}).
 *
 * <p>Its times are written by the loop, until it goes to the applier, and read by that.
 */
final class Proposal<R> {

    private final ByteBuffer command;
    private final CompletableFuture<R> result;
    private final long proposedNanos;
    private final long deadlineNanos;

    private long takenNanos;
    private boolean handedOn;
    private long syncedNanos = Marks.UNKNOWN;
    private long replicatedNanos = Marks.UNKNOWN;
    private long committedNanos = Marks.UNKNOWN;

    /**
     * One that has just been made.
     *
     * @param command as it will stand in the log
     * @param result completes with what applying it gave, or with a {@link RaftException}
     * @param proposedNanos when it was made, on the node's clock
     * @param deadlineNanos when, on that clock, it ends as unknown or refused
     */
    Proposal(ByteBuffer command, CompletableFuture<R> result, long proposedNanos, long deadlineNanos) {
        this.command = command;
        this.result = result;
        this.proposedNanos = proposedNanos;
        this.deadlineNanos = deadlineNanos;
    }

    ByteBuffer command() {
        return command;
    }

    CompletableFuture<R> result() {
        return result;
    }

    boolean isOver(long nowNanos) {
        return nowNanos - deadlineNanos >= 0;
    }

    void fail(RaftException why) {
        result.completeExceptionally(why);
    }

    /** It is appended to this member's log, as the leader's. */
    void appended(long nanos) {
        takenNanos = nanos;
        handedOn = false;
    }

    /** It is handed to the member that leads. */
    void handedOn(long nanos) {
        takenNanos = nanos;
        handedOn = true;
    }

    /** It is committed under this member, which has appended it; any time may be {@link Marks#UNKNOWN}. */
    void committedHere(long synced, long replicated, long committed) {
        syncedNanos = synced;
        replicatedNanos = replicated;
        committedNanos = committed;
    }

    /** It is known to be committed under another member. */
    void committedElsewhere(long committed) {
        committedNanos = handedOn ? committed : Marks.UNKNOWN;
    }

    /** Ends it with its result, and tells how long it took to get there, unless it has ended before. */
    void answer(R applied, long appliedNanos, Clock clock, EngineMetrics metrics) {
        if (!result.complete(applied)
                || committedNanos == Marks.UNKNOWN
                || (!handedOn && (syncedNanos == Marks.UNKNOWN || replicatedNanos == Marks.UNKNOWN))) {
            return;
        }
        long answeredNanos = clock.nanoTime();
        metrics.writePhase(WritePhase.QUEUE, takenNanos - proposedNanos);
        if (handedOn) {
            metrics.writePhase(WritePhase.FORWARD, committedNanos - takenNanos);
        } else {
            metrics.writePhase(WritePhase.SYNC, syncedNanos - takenNanos);
            metrics.writePhase(WritePhase.REPLICATE, replicatedNanos - takenNanos);
            metrics.writePhase(WritePhase.COMMIT, committedNanos - takenNanos);
        }
        metrics.writePhase(WritePhase.APPLY, appliedNanos - committedNanos);
        metrics.writePhase(WritePhase.ANSWER, answeredNanos - appliedNanos);
        metrics.writeAnswered(answeredNanos - proposedNanos);
    }
}
