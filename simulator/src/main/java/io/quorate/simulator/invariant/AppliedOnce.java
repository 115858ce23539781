package io.quorate.simulator.invariant;

import io.quorate.engine.StateMachine;
import io.quorate.kv.Bytes;
import io.quorate.kv.Command;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.DecodeException;
import io.quorate.kv.Put;
import io.quorate.kv.Result;
import io.quorate.kv.Txn;
import io.quorate.simulator.SimulatedMember;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A request is applied once, however often the engine and the network carried it. The clients never write a value twice, so
 * a write that stands in the log twice was one request.
 */
final class AppliedOnce implements Invariant {

    private final Map<ByteBuffer, Long> indexes = new HashMap<>();

    @Override
    public void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
        for (StateMachine.Command command : commands) {
            long index = command.id().index();
            Long before = indexes.putIfAbsent(command.payload(), index);
            if (before != null && before != index && isWrite(command.payload())) {
                throw violated("the write at index " + before + " stands at index " + index + " again");
            }
        }
    }

    private static boolean isWrite(ByteBuffer payload) {
        try {
            Command command = CommandCodec.decode(Bytes.copyOf(payload));
            return command instanceof Put || command instanceof Txn;
        } catch (DecodeException e) {
            throw new IllegalArgumentException("the clients send nothing that cannot be read", e);
        }
    }
}
