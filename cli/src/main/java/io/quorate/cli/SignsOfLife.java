package io.quorate.cli;

import io.quorate.server.proto.managerpb.ManagerGrpc;
import io.quorate.server.proto.managerpb.NoteOperationRequest;
import io.quorate.server.proto.managerpb.NoteOperationResponse;
import io.quorate.server.proto.managerpb.Operation;
import io.quorate.server.proto.managerpb.OperationReport;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Keeps an operation's record in the cluster: that it has begun, how far it is, again and again also while a step takes long, and how
 * it ended. Whether others have taken its place is known by that. Thread-safe.
 */
final class SignsOfLife implements AutoCloseable {

    /** Well before others take an operation for broken off, which is after a minute; and often enough to see it go on. */
    private static final long INTERVAL_SECONDS = 5;

    /** After so long without the cluster's word nobody knows whether the place is still this operation's. */
    private static final long MAX_UNSURE_NANOS = TimeUnit.SECONDS.toNanos(40);

    private final ClusterSight sight;
    private final long id;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("signs-of-life").unstarted(task));

    private OperationReport report;
    private long sureNanos = System.nanoTime();
    private volatile boolean brokenOff;

    private SignsOfLife(ClusterSight sight, long id, OperationReport report) {
        this.sight = sight;
        this.id = id;
        this.report = report;
        Future<?> unused =
                timer.scheduleWithFixedDelay(this::tellAgain, INTERVAL_SECONDS, INTERVAL_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * Begins an operation.
     *
     * @param breakOff begins although another one is under way
     * @throws CommandFailed if another one is, or nobody can be told
     */
    static SignsOfLife begin(ClusterSight sight, OperationReport report, boolean breakOff) {
        NoteOperationResponse noted = note(
                sight,
                NoteOperationRequest.newBuilder()
                        .setState(Operation.State.RUNNING)
                        .setForce(breakOff)
                        .setReport(report)
                        .build());
        Operation operation = noted.getOperation();
        if (!noted.getAccepted()) {
            throw new CommandFailed(
                    ExitCode.FAILED,
                    "operation " + operation.getId() + " is under way ("
                            + operation.getReport().getTitle()
                            + "); wait until it is over, or break it off with --break-off: nothing was changed");
        }
        return new SignsOfLife(sight, operation.getId(), report);
    }

    private static NoteOperationResponse note(ClusterSight sight, NoteOperationRequest request) {
        try (ClusterClient cluster = sight.connect()) {
            return cluster.write((channel, deadline) ->
                    ManagerGrpc.newBlockingStub(channel).withDeadline(deadline).noteOperation(request));
        }
    }

    long id() {
        return id;
    }

    /** What is to be told from now on. */
    synchronized void progress(OperationReport reportNow) {
        report = reportNow;
    }

    private void tellAgain() {
        try {
            tell(Operation.State.RUNNING);
        } catch (CommandFailed e) {
            // The next one may get through; meanwhile nothing is begun that only the owner of the place may do.
        }
    }

    private synchronized Operation tell(Operation.State state) {
        NoteOperationResponse noted = note(
                sight,
                NoteOperationRequest.newBuilder()
                        .setId(id)
                        .setState(state)
                        .setReport(report)
                        .build());
        sureNanos = System.nanoTime();
        brokenOff |= !noted.getAccepted();
        return noted.getOperation();
    }

    /**
     * Makes sure that the place is still this operation's, before something is done that nobody else must do at the same time.
     *
     * @return false if another operation has taken it
     * @throws CommandFailed if that cannot be told
     */
    synchronized boolean confirm() {
        while (!brokenOff) {
            try {
                tell(Operation.State.RUNNING);
                break;
            } catch (CommandFailed e) {
                if (System.nanoTime() - sureNanos > MAX_UNSURE_NANOS) {
                    throw new CommandFailed(
                            ExitCode.FAILED,
                            "the cluster could not be told that this operation goes on, so it does not: "
                                    + e.getMessage(),
                            e);
                }
                OperationRun.sleep();
            }
        }
        return !brokenOff;
    }

    boolean isBrokenOff() {
        return brokenOff;
    }

    /**
     * Ends the operation.
     *
     * @return how it is on record now
     * @throws CommandFailed if nobody can be told
     */
    synchronized Operation end(Operation.State state, OperationReport ended) {
        timer.shutdownNow();
        report = ended;
        return tell(state);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
