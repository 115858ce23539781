package io.quorate.simulator.invariant;

import io.quorate.engine.StateMachine;
import io.quorate.kv.Result;
import io.quorate.simulator.SimulatedMember;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A proposal is applied once at most, however often the engine and the network carried it (invariant 18). A client that does not learn
 * what came of its request asks again, and that is another proposal, of the same bytes: so a command stands at no more indexes than it
 * was proposed so far, those proposals not counted of which it was said that they never will be carried out.
 *
 * <p>Of each index the first member to apply it is looked at: that the others apply the same there is judged by {@link
 * SameCommandsSameState}.
 */
final class AppliedOnce implements Invariant {

    /** One command. */
    private static final class Account {
        private int proposed;
        private int failed;

        /** Where it was applied. */
        private final List<Long> indexes = new ArrayList<>(1);
    }

    private final Map<ByteBuffer, Account> accounts = new HashMap<>();
    private final BitSet judged = new BitSet();

    @Override
    public void proposed(SimulatedMember member, ByteBuffer command) {
        account(command).proposed++;
    }

    @Override
    public void failed(SimulatedMember member, ByteBuffer command) {
        Account account = account(command);
        account.failed++;
        requireNoMoreThanProposed(account);
    }

    @Override
    public void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
        for (StateMachine.Command command : commands) {
            long index = command.id().index();
            int place = Math.toIntExact(index);
            if (!judged.get(place)) {
                judged.set(place);
                Account account = account(command.payload());
                account.indexes.add(index);
                requireNoMoreThanProposed(account);
            }
        }
    }

    private Account account(ByteBuffer command) {
        return accounts.computeIfAbsent(command, ignored -> new Account());
    }

    private void requireNoMoreThanProposed(Account account) {
        if (account.indexes.size() > account.proposed - account.failed) {
            throw violated("one command is applied at the indexes " + account.indexes
                    + ", more often than it was proposed: " + account.proposed + ", of which " + account.failed
                    + " have failed for certain");
        }
    }
}
