package io.quorate.simulator.invariant;

import io.quorate.engine.StateMachine;
import io.quorate.kv.Authorized;
import io.quorate.kv.Bytes;
import io.quorate.kv.Command;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.DecodeException;
import io.quorate.kv.Put;
import io.quorate.kv.RequestCheck;
import io.quorate.kv.Result;
import io.quorate.kv.Txn;
import io.quorate.simulator.SimulatedMember;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A request is applied once, however often the engine and the network carried it (invariant 18). The clients never write a
 * value twice, so a sound write that stands in the log twice was one request.
 *
 * <p>Of each index the first member to apply it is looked at: that the others apply the same there is judged by {@link
 * SameCommandsSameState}.
 */
final class AppliedOnce implements Invariant {

    private final Map<ByteBuffer, Long> indexes = new HashMap<>();
    private final BitSet judged = new BitSet();

    @Override
    public void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
        for (StateMachine.Command command : commands) {
            long index = command.id().index();
            int place = Math.toIntExact(index);
            if (judged.get(place)) {
                continue;
            }
            judged.set(place);
            Long before = indexes.putIfAbsent(command.payload(), index);
            if (before != null && before != index && isWrite(command.payload())) {
                throw violated("the write at index " + before + " stands at index " + index + " again");
            }
        }
    }

    /** A deletion may well stand in the log twice, and so may what is no command at all. */
    private static boolean isWrite(ByteBuffer payload) {
        try {
            Command logged = CommandCodec.decode(Bytes.copyOf(payload));
            Command command = logged instanceof Authorized authorized ? authorized.command() : logged;
            return (command instanceof Put put && isUnique(put)) || (command instanceof Txn txn && isUnique(txn));
        } catch (DecodeException e) {
            return false;
        }
    }

    private static boolean isUnique(Put put) {
        return RequestCheck.check(put).isEmpty();
    }

    private static boolean isUnique(Txn txn) {
        return !txn.isReadOnly()
                && RequestCheck.check(txn, RequestCheck.DEFAULT_MAX_TXN_OPS).isEmpty();
    }
}
