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
    private final NaiveStore model;
    private final JudgedWhenApplied access;
    private long modelledIndex;

    /**
     * Nothing is applied yet.
     *
     * @param model empty; stands where the first member does from now on
     * @param access is asked first where a result is another than the model's
     */
    ModelledResults(Cluster cluster, NaiveStore model, JudgedWhenApplied access) {
        this.cluster = cluster;
        this.model = model;
        this.access = access;
    }

    @Override
    public void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
        for (int i = 0; i < commands.size(); i++) {
            StateMachine.Command command = commands.get(i);
            if (command.id().index() > modelledIndex) {
                modelledIndex = command.id().index();
                Result expected = model.apply(Bytes.copyOf(command.payload()), modelledIndex);
                if (!expected.equals(results.get(i))) {
                    access.requireNoRefusal(member, command, results.get(i), expected);
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
        if (!store.leases().equals(model.leases().all())) {
            throw violated("member " + member.id() + " holds " + store.leases() + " instead of "
                    + model.leases().all());
        }
    }
}
