package io.quorate.simulator.invariant;

import io.quorate.engine.StateMachine;
import io.quorate.kv.Result;
import io.quorate.simulator.SimulatedMember;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * At one index, every member applies the same command and has the same result (state machine safety, paper figure 3;
 * invariant 4).
 */
final class SameCommandsSameState implements Invariant {

    private record Outcome(long term, ByteBuffer command, Result result) {}

    private final Map<Long, Outcome> outcomes = new HashMap<>();

    @Override
    public void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
        for (int i = 0; i < commands.size(); i++) {
            StateMachine.Command command = commands.get(i);
            long index = command.id().index();
            Outcome known = outcomes.get(index);
            if (known == null) {
                outcomes.put(index, new Outcome(command.id().term(), command.payload(), results.get(i)));
            } else if (known.term != command.id().term() || !known.command.equals(command.payload())) {
                throw violated("member " + member.id() + " applies another command at index " + index + " than others");
            } else if (!known.result.equals(results.get(i))) {
                throw violated("member " + member.id() + " has another result at index " + index + ": " + results.get(i)
                        + " instead of " + known.result);
            }
        }
    }
}
