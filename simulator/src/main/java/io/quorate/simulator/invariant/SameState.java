package io.quorate.simulator.invariant;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.StateMachine;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.simulator.Cluster;
import io.quorate.simulator.SimulatedMember;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * At one applied index every member's state is the same, history included; and a snapshot is what replaying the log up to
 * its index gives (state machine safety, paper figure 3 and section 7; invariants 4, 13 and 20).
 *
 * <p>The live keys are compared by the store's digest, after every batch. The checksum of the history reads all of it, so
 * it is compared where snapshots are taken and installed, and at the end, when all members stand at one index.
 */
final class SameState implements Invariant {

    private static final long TURN = 0x9e3779b97f4a7c15L;

    private final Cluster cluster;

    /** By index, turned so that the digest of nothing is not zero; zero stands for none. */
    private long[] digests = new long[1024];

    private final Map<Long, Long> checksums = new HashMap<>();

    SameState(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
        member.store().ifPresent(store -> compareDigest(member.id(), store, lastIndex));
    }

    @Override
    public void captured(SimulatedMember member, long index) {
        compare(member, index);
    }

    @Override
    public void restored(SimulatedMember member, long index) {
        if (index > 0) {
            compare(member, index);
        }
    }

    @Override
    public void ended() {
        for (SimulatedMember member : cluster.members()) {
            member.store().ifPresent(store -> compareAll(member.id(), store, store.appliedIndex()));
        }
    }

    private void compare(SimulatedMember member, long index) {
        member.store().ifPresent(store -> compareAll(member.id(), store, index));
    }

    private void compareAll(MemberId member, MvccStore store, long index) {
        compareDigest(member, store, index);
        compareChecksum(member, store.hash(), index);
    }

    private void compareDigest(MemberId member, MvccStore store, long index) {
        if (store.appliedIndex() != index) {
            throw violated("the state of member " + member + " is at " + store.appliedIndex() + " instead of " + index);
        }
        compareDigest(member, store.shortenedDigest(), index);
    }

    /** What a member's live keys come to at an index. */
    void compareDigest(MemberId member, long digest, long index) {
        int at = Math.toIntExact(index);
        if (at >= digests.length) {
            digests = Arrays.copyOf(digests, 2 * at);
        }
        long turned = digest ^ TURN;
        if (digests[at] == 0) {
            digests[at] = turned;
        } else if (digests[at] != turned) {
            throw different(member, index);
        }
    }

    /** What all that a member's store holds comes to at an index, history included. */
    void compareChecksum(MemberId member, long checksum, long index) {
        Long known = checksums.putIfAbsent(index, checksum);
        if (known != null && known != checksum) {
            throw different(member, index);
        }
    }

    private InvariantViolation different(MemberId member, long index) {
        return violated("the state of member " + member + " at index " + index + " is another than elsewhere");
    }
}
