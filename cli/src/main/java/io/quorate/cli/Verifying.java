package io.quorate.cli;

import io.quorate.server.operations.ClusterHealth;
import io.quorate.server.operations.MemberHealth;
import io.quorate.server.operations.Proof;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.CompareStatesRequest;
import io.quorate.server.proto.managerpb.CompareStatesResponse;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import java.time.Duration;
import java.util.List;

/** Finds out whether an operation has led to what was promised; what is not so yet has some time to become so. For one thread. */
final class Verifying {

    /** Within this time all members that answer must have come so far; they usually have within a heartbeat. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Members that are well report within some heartbeats. */
    private static final long SHORT_WAIT_MILLIS = 1_500;

    private final OperationRun operation;
    private final Proof.Goal goal;
    private final int promised;

    Verifying(OperationRun operation, Proof.Goal goal, int promised) {
        this.operation = operation;
        this.goal = goal;
        this.promised = promised;
    }

    /**
     * What was found, at the end of the time if not before.
     *
     * @throws CommandFailed if nobody can be asked
     */
    List<Check> checks() {
        long beginNanos = System.nanoTime();
        ClusterHealth health = operation.lookPatiently(PATIENCE.toNanos()).health();
        long index = health.commitIndex();
        Proof proof = new Proof(health, goal, index, compareStates(health, index), promised);
        while (!proof.isComplete() && System.nanoTime() - beginNanos < PATIENCE.toNanos()) {
            operation.pause();
            health = operation.lookPatiently(PATIENCE.toNanos()).health();
            boolean stateIsShown = proof.states().getVerdict() != Check.Verdict.REFUSED;
            CompareStatesResponse compared = stateIsShown ? proof.compared() : compareStates(health, index);
            proof = new Proof(health, goal, index, compared, promised);
        }
        long millis = OperationRun.millisSince(beginNanos);
        return proof.checks().stream()
                .map(check -> check.toBuilder().setMillis(millis).build())
                .toList();
    }

    /** Whoever does not answer is not waited for as long as the others; if nobody leads just now, nothing is compared yet. */
    private CompareStatesResponse compareStates(ClusterHealth health, long index) {
        boolean allAnswer = health.members().stream().allMatch(MemberHealth::answers);
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
}
