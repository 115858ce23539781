package io.quorate.simulator.invariant;

import io.quorate.core.Effect;
import io.quorate.core.Message;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.core.quorum.Quorum;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.simulator.CrashKind;
import io.quorate.simulator.SimulatedMember;
import java.util.HashSet;
import java.util.Set;

/**
 * Who becomes leader has the votes of a quorum of the voters in its configuration, of each half if that is joint; votes of
 * learners and strangers are never counted, nor those that were given by one that has lost its disk, and with it what it had voted
 * (paper sections 5.2 and 6; invariants 1 and 10, corner case 8).
 */
final class ElectedByQuorum implements Invariant {

    private static final class Votes {
        private long term;
        private final Set<MemberId> from = new HashSet<>();
    }

    private record Vote(MemberId from, MemberId candidate, long term) {}

    private final PerMember<Votes> votes = new PerMember<>(Votes::new);
    private final Set<MemberId> forgetful = new HashSet<>();

    /** Those that were given by the forgetful. */
    private final Set<Vote> worthless = new HashSet<>();

    @Override
    public void crashed(SimulatedMember member, CrashKind kind) {
        if (kind == CrashKind.DISK_LOSS) {
            forgetful.add(member.id());
        }
    }

    @Override
    public void sent(MemberId from, MemberId to, PeerFrame frame) {
        if (forgetful.contains(from)
                && frame instanceof PeerFrame.Raft raft
                && raft.message() instanceof Message.VoteResponse response) {
            worthless.add(new Vote(from, to, response.term()));
        }
    }

    @Override
    public void delivered(MemberId from, MemberId to, PeerFrame frame) {
        if (frame instanceof PeerFrame.Raft raft
                && raft.message() instanceof Message.VoteResponse response
                && response.granted()
                && !worthless.contains(new Vote(from, to, response.term()))) {
            votesIn(response.term(), to).from.add(from);
        }
    }

    private Votes votesIn(long term, MemberId candidate) {
        Votes latest = votes.get(candidate);
        if (term > latest.term) {
            latest.term = term;
            latest.from.clear();
        }
        return latest;
    }

    @Override
    public void changedRole(SimulatedMember member, Effect.RoleChanged changed) {
        if (changed.role() == RoleName.LEADER) {
            check(member, changed.term());
        }
    }

    private void check(SimulatedMember leader, long term) {
        RaftLog log = leader.log().orElseThrow();
        Configuration configuration = log.snapshotMetaAt(log.lastId().index()).configuration();
        Set<MemberId> from = votesIn(term, leader.id()).from;
        if (!forgetful.contains(leader.id())) {
            from.add(leader.id());
        }
        if (!new Quorum(configuration).isQuorum(from::contains)) {
            throw violated("member " + leader.id() + " leads in term " + term + " by the votes of " + from
                    + ", no quorum of " + configuration);
        }
    }
}
