package io.quorate.simulator.invariant;

import io.quorate.core.Effect;
import io.quorate.core.EntryId;
import io.quorate.core.RoleName;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.SimulatedMember;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The configurations that are committed are one line: from each to the next one voter comes or goes at most, or the way leads
 * through a joint one of exactly the two (paper section 6, thesis 4.1; invariant 10). And whoever is elected, or commits, goes by the
 * latest of that line or a later one, so that members which were removed count for nothing from then on (corner case 5).
 */
final class LinearConfigurations implements Invariant, CommittedLog.Listener {

    /** @param term that the leader which committed it led in */
    private record Committed(long index, long term, Configuration configuration) {}

    private final List<Committed> line = new ArrayList<>();

    /** What the members begin with. */
    private Optional<Configuration> founders = Optional.empty();

    LinearConfigurations(CommittedLog committed) {
        committed.tell(this);
    }

    @Override
    public void committed(SimulatedMember leader, long term, EntryId last) {
        RaftLog log = leader.log().orElseThrow();
        SnapshotMeta at = log.snapshotMetaAt(last.index());
        if (founders.isEmpty()) {
            founders = Optional.of(log.snapshotMetaAt(log.firstIndex() - 1).configuration());
        }
        long before = line.isEmpty() ? 0 : line.getLast().index;
        if (at.configurationIndex() == before) {
            return;
        }
        requireLatest(leader, at.configurationIndex(), Long.MAX_VALUE, "commits " + last);
        Deque<SnapshotMeta> news = new ArrayDeque<>();
        while (at.configurationIndex() > before) {
            news.addFirst(at);
            at = log.snapshotMetaAt(at.configurationIndex() - 1);
        }
        for (SnapshotMeta next : news) {
            add(leader, new Committed(next.configurationIndex(), term, next.configuration()));
        }
    }

    private void add(SimulatedMember leader, Committed next) {
        Configuration before = line.isEmpty() ? founders.orElseThrow() : line.getLast().configuration;
        if (!mayFollow(before, next.configuration)) {
            throw violated("leader " + leader.id() + " commits " + next.configuration + " at index " + next.index
                    + ", after " + before);
        }
        line.add(next);
    }

    private static boolean mayFollow(Configuration before, Configuration next) {
        if (before.isJoint()) {
            return !next.isJoint() && next.voters().equals(before.voters());
        }
        if (next.isJoint()) {
            return next.outgoingVoters().equals(before.voters());
        }
        Set<MemberId> differing = new TreeSet<>(before.voters());
        for (MemberId voter : next.voters()) {
            if (!differing.remove(voter)) {
                differing.add(voter);
            }
        }
        return differing.size() <= 1;
    }

    @Override
    public void changedRole(SimulatedMember member, Effect.RoleChanged changed) {
        if (changed.role() == RoleName.LEADER) {
            RaftLog log = member.log().orElseThrow();
            long index = log.snapshotMetaAt(log.lastId().index()).configurationIndex();
            requireLatest(member, index, changed.term(), "is elected in term " + changed.term());
        }
    }

    /** @param term what later terms committed, a leader of an old one need not know: slow votes may have elected it late */
    private void requireLatest(SimulatedMember leader, long index, long term, String what) {
        for (int i = line.size() - 1; i >= 0; i--) {
            Committed latest = line.get(i);
            if (latest.term < term && index < latest.index) {
                throw violated("member " + leader.id() + " " + what + " by the configuration of index " + index
                        + ", which " + latest + " has taken the place of");
            }
        }
    }
}
