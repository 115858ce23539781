package io.quorate.simulator.invariant;

import io.quorate.engine.StateMachine;
import io.quorate.kv.Result;
import io.quorate.simulator.SimulatedMember;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * At one index, every member applies the same command and has the same result (state machine safety, paper figure 3;
 * invariant 4).
 */
final class SameCommandsSameState implements Invariant {

    private record Outcome(long term, ByteBuffer command, Result result) {}

    /** By index; nothing where no member has applied a command yet. */
    private @Nullable Outcome[] outcomes = new Outcome[1024];

    @Override
    public void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
        for (int i = 0; i < commands.size(); i++) {
            StateMachine.Command command = commands.get(i);
            int index = Math.toIntExact(command.id().index());
            if (index >= outcomes.length) {
                outcomes = Arrays.copyOf(outcomes, 2 * index);
            }
            Outcome known = outcomes[index];
            if (known == null) {
                outcomes[index] = new Outcome(command.id().term(), command.payload(), results.get(i));
            } else if (known.term != command.id().term() || !known.command.equals(command.payload())) {
                throw violated("member " + member.id() + " applies another command at index " + index + " than others");
            } else if (!known.result.equals(results.get(i))) {
                throw violated("member " + member.id() + " has another result at index " + index + ": " + results.get(i)
                        + " instead of " + known.result);
            }
        }
    }
}
