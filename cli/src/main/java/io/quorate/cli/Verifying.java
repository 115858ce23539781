package io.quorate.cli;

import io.quorate.server.operations.ClusterHealth;
import io.quorate.server.operations.Proof;
import io.quorate.server.operations.Proving;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.CompareStatesRequest;
import io.quorate.server.proto.managerpb.CompareStatesResponse;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import java.util.List;

/** The cluster as an operation of the command line looks at it to verify what has come of it. For one thread. */
record Verifying(OperationRun operation) implements Proving.Cluster<CommandFailed> {

    /** Members that are well report within some heartbeats. */
    private static final long SHORT_WAIT_MILLIS = 1_500;

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
        long patienceMillis = operation.sight().client().timeout.toMillis() * 3 / 4;
        CompareStatesRequest request = CompareStatesRequest.newBuilder()
                .setWaitMillis(allAnswer ? patienceMillis : Math.min(patienceMillis, SHORT_WAIT_MILLIS))
                .build();
        try (ClusterClient cluster = operation.sight().connect()) {
            return cluster.read((channel, deadline) ->
                    ManagerGrpc.newBlockingStub(channel).withDeadline(deadline).compareStates(request));
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
