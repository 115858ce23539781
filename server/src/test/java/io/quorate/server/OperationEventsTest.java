package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.Bytes;
import io.quorate.kv.ManagedOperation;
import io.quorate.kv.ManagedOperation.State;
import io.quorate.kv.Result;
import io.quorate.server.proto.managerpb.OperationReport;
import io.quorate.server.proto.managerpb.Step;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What stands in the leader's log of what is put on record. */
class OperationEventsTest {

    private final List<String> lines = new ArrayList<>();
    private final OperationEvents events = new OperationEvents(lines::add);

    private static Result noted(State state, boolean accepted, byte[] report) {
        return new Result.OperationResult(7, new ManagedOperation(12, 0, 9_000, state, Bytes.wrap(report)), accepted);
    }

    private static byte[] report(String underWay, String outcome) {
        return OperationReport.newBuilder()
                .setTitle("members add d")
                .addSteps(Step.newBuilder().setDone(true))
                .setUnderWay(underWay)
                .setOutcome(outcome)
                .build()
                .toByteArray();
    }

    /** One of which nothing is done yet, and that was told of so long after its beginning. */
    private static Result begun(long laterMillis) {
        byte[] report =
                OperationReport.newBuilder().setTitle("members add d").build().toByteArray();
        return new Result.OperationResult(
                7, new ManagedOperation(12, 1_000, 1_000 + laterMillis, State.RUNNING, Bytes.wrap(report)), true);
    }

    @Test
    void eachSignOfLifeIsALineOfTheLeader() {
        events.begin(() -> true);
        events.applied(List.of(
                begun(0),
                begun(5_000),
                noted(State.RUNNING, true, report("d: 2.0 MiB of 9.0 MiB", "")),
                noted(State.DONE, true, report("", "done and verified")),
                noted(State.FAILED, true, report("", "it did not come up")),
                noted(State.BROKEN_OFF, true, report("", "")),
                noted(State.RUNNING, true, new byte[] {-1})));
        assertThat(lines)
                .containsExactly(
                        "operation 12 (members add d) has begun",
                        "operation 12 (members add d) goes on: 0 steps done",
                        "operation 12 (members add d) goes on: 1 step done; d: 2.0 MiB of 9.0 MiB",
                        "operation 12 (members add d) is over: done and verified",
                        "operation 12 (members add d) has failed: it did not come up",
                        "operation 12 (members add d) was broken off",
                        "operation 12 (of another release) goes on: 0 steps done");
    }

    @Test
    void nothingIsToldOfWhatWasNotTakenNorByWhoeverDoesNotLead() {
        events.applied(List.of(noted(State.RUNNING, true, report("", ""))));
        events.begin(() -> true);
        events.applied(List.of(noted(State.RUNNING, false, report("", ""))));
        events.begin(() -> false);
        events.applied(List.of(noted(State.RUNNING, true, report("", ""))));
        assertThat(lines).isEmpty();
    }
}
