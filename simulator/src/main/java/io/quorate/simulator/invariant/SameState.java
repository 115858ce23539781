package io.quorate.simulator.invariant;

import io.quorate.engine.StateMachine;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.simulator.Cluster;
import io.quorate.simulator.SimulatedMember;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * At one applied index every member's state is the same, history included; and a snapshot is what replaying the log up to
 * its index gives (state machine safety, paper figure 3 and section 7; invariants 4, 13 and 20).
 *
 * <p>The checksum of a state reads all of it, so states are compared at a few indexes, the same ones at all members; where
 * a snapshot is taken, and where one was installed; and at the end, when all members stand at one index.
 */
final class SameState implements Invariant {

    /** One of so many indexes is compared. */
    private static final int SAMPLED_ONE_IN = 128;

    private final Cluster cluster;
    private final Map<Long, Long> hashes = new HashMap<>();

    SameState(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
        // Batches end where they like: indexes are drawn from all, and not at a fixed distance, so that some are hit.
        if ((lastIndex * 0x9e3779b97f4a7c15L >>> 32) % SAMPLED_ONE_IN == 0) {
            stands(member, lastIndex);
        }
    }

    @Override
    public void captured(SimulatedMember member, long index) {
        stands(member, index);
    }

    @Override
    public void restored(SimulatedMember member, long index) {
        if (index > 0) {
            stands(member, index);
        }
    }

    @Override
    public void ended() {
        for (SimulatedMember member : cluster.members()) {
            member.store().ifPresent(store -> stands(member.id().toString(), store, store.appliedIndex()));
        }
    }

    private void stands(SimulatedMember member, long index) {
        member.store().ifPresent(store -> stands(member.id().toString(), store, index));
    }

    /** A member's store stands at an index. */
    void stands(String member, MvccStore store, long index) {
        long hash = store.hash();
        Long known = hashes.putIfAbsent(index, hash);
        if (store.appliedIndex() != index || (known != null && known != hash)) {
            throw violated("the state of member " + member + " at index " + index + " is another than elsewhere");
        }
    }
}
