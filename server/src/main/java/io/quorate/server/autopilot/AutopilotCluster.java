package io.quorate.server.autopilot;

import io.quorate.kv.NoteOperation;
import io.quorate.kv.Result;
import io.quorate.server.members.MemberChange;
import io.quorate.server.store.StateComparison.Compared;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** What an autopilot sees of its cluster, and does to it. Futures fail as those of the node and of the services do. */
public interface AutopilotCluster {

    /** What this member knows now. */
    Sighting look();

    /** Puts an operation on record; completes with a {@link Result.OperationResult}. */
    CompletableFuture<Result> note(NoteOperation note);

    /** Changes the members, if this member leads and an operation has its place; else nothing is changed. */
    CompletableFuture<?> change(long operation, MemberChange.Together change);

    /** Has the members' states compared. */
    CompletableFuture<Compared> compare(Duration wait);

    /**
     * Lets a moment pass, in which others may get further.
     *
     * @throws InterruptedException if the member stops
     */
    void pause() throws InterruptedException;
}
