package io.quorate.cli;

import io.quorate.server.operations.ClusterHealth;
import io.quorate.server.operations.Proof;
import io.quorate.server.operations.Proving;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.CompareStatesResponse;
import java.util.List;

/** The cluster as an operation of the command line looks at it to verify what has come of it. For one thread. */
record Verifying(OperationRun operation) implements Proving.Cluster<CommandFailed> {

    /**
     * What was found, at the end of the time if not before.
     *
     * @throws CommandFailed if nobody can be asked
     */
    List<Check> checks(Proof.Goal goal, int promised) {
        try {
            return new Proving<>(this, goal, promised).checks();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed(ExitCode.FAILED, "interrupted", e);
        }
    }

    @Override
    public ClusterHealth look() {
        return operation.lookPatiently(Proving.PATIENCE.toNanos()).health();
    }

    /** If nobody leads just now, nothing is compared yet. */
    @Override
    public CompareStatesResponse compare(boolean allAnswer, long index) {
        try {
            return operation.sight().compareStates(allAnswer);
        } catch (CommandFailed e) {
            operation.say("          states: " + e.getMessage());
            return CompareStatesResponse.newBuilder().setIndex(index).build();
        }
    }

    @Override
    public void pause() {
        operation.pause();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }
}
