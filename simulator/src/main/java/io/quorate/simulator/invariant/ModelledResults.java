package io.quorate.simulator.invariant;

import io.quorate.engine.StateMachine;
import io.quorate.kv.Bytes;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Range;
import io.quorate.kv.Result;
import io.quorate.simulator.Cluster;
import io.quorate.simulator.SimulatedMember;
import java.util.List;

/**
 * Every committed command has the result that a naive model of the store gives it at its index, every revision and count
 * in it included; and at the end the members hold what the model holds (etcd's KV API; invariant 14).
 *
 * <p>The first member that applies a command is compared with the model, all others with the first (see {@link
 * SameCommandsSameState}).
 */
final class ModelledResults implements Invariant {

    private static final Range EVERYTHING = Range.of(Bytes.wrap(new byte[] {0}), Bytes.wrap(new byte[] {0}));

    private final Cluster cluster;
    private final NaiveStore model = new NaiveStore();
    private long modelledIndex;

    ModelledResults(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
        for (int i = 0; i < commands.size(); i++) {
            StateMachine.Command command = commands.get(i);
            if (command.id().index() > modelledIndex) {
                modelledIndex = command.id().index();
                Result expected = model.apply(Bytes.copyOf(command.payload()));
                if (!expected.equals(results.get(i))) {
                    throw violated("command " + command.id() + " has the result " + results.get(i) + " at member "
                            + member.id() + " instead of " + expected);
                }
            }
        }
    }

    @Override
    public void ended() {
        for (SimulatedMember member : cluster.members()) {
            member.store()
                    .filter(store -> store.appliedIndex() >= modelledIndex)
                    .ifPresent(store -> compare(member, store));
        }
    }

    private void compare(SimulatedMember member, MvccStore store) {
        Result content = store.range(EVERYTHING);
        if (!content.equals(model.everything())) {
            throw violated("member " + member.id() + " holds " + content + " instead of " + model.everything());
        }
    }
}
