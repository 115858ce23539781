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
import java.util.Optional;
import java.util.OptionalLong;

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

    /**
     * By index: what the first member that stood there comes to. Most snapshots are taken where no other member takes one, so
     * that is not worked out before there is another to compare with; the first one's heap keeps what it held till then.
     */
    private final Map<Long, Known> checksums = new HashMap<>();

    private static final class Known {
        private OptionalLong checksum = OptionalLong.empty();
        private Optional<MvccStore.StandingHash> standing = Optional.empty();

        static Known of(long checksum) {
            Known known = new Known();
            known.checksum = OptionalLong.of(checksum);
            return known;
        }

        static Known of(MvccStore.StandingHash standing) {
            Known known = new Known();
            known.standing = Optional.of(standing);
            return known;
        }

        long checksum() {
            if (standing.isPresent()) {
                try (MvccStore.StandingHash held = standing.get()) {
                    checksum = OptionalLong.of(held.value());
                }
                standing = Optional.empty();
            }
            return checksum.orElseThrow();
        }
    }

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
        if (checksums.containsKey(index)) {
            compareChecksum(member, store.hash(), index);
        } else {
            checksums.put(index, Known.of(store.standingHash()));
        }
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
        Known known = checksums.putIfAbsent(index, Known.of(checksum));
        if (known != null && known.checksum() != checksum) {
            throw different(member, index);
        }
    }

    private InvariantViolation different(MemberId member, long index) {
        return violated("the state of member " + member + " at index " + index + " is another than elsewhere");
    }
}
